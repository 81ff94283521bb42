// kill -9 at random instants under a stream of requests: what was acknowledged is there, once.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/integration/coordinator/coordinator_client.h"
#include "tests/integration/coordinator/running_coordinator.h"
#include "tests/support/program.h"

namespace nepa::testing {
namespace {

constexpr int kKills = 10;

// Kills the coordinator at random instants and starts it again, kKills times.
class Killer {
 public:
  explicit Killer(RunningCoordinator& coordinator)
      : thread_([this, &coordinator] {
          std::mt19937 random(20261124);
          std::uniform_int_distribution<int> pause(1, 400);
          for (int i = 0; i < kKills; ++i) {
            absl::SleepFor(absl::Milliseconds(pause(random)));
            coordinator.Kill();
            coordinator.Start();
            ++kills_;
          }
          done_ = true;
        }) {}
  ~Killer() { thread_.join(); }
  bool done() const { return done_; }
  int kills() const { return kills_; }

 private:
  std::atomic<bool> done_ = false;
  std::atomic<int> kills_ = 0;
  std::thread thread_;
};

// A request of one id, repeated until it is answered.
template <typename Request>
v1::Job Insist(const Request& request) {
  for (;;) {
    const absl::StatusOr<v1::Job> job = request();
    if (job.ok()) return *job;
    EXPECT_TRUE(absl::IsUnavailable(job.status()) || absl::IsDeadlineExceeded(job.status()) ||
                absl::IsCancelled(job.status()))
        << job.status();
    if (::testing::Test::HasFailure()) return {};
    absl::SleepFor(absl::Milliseconds(5));
  }
}

TEST(CoordinatorDurability, TenKillsLoseNothingAcknowledgedAndDoubleNothing) {
  RunningCoordinator coordinator;
  People people(coordinator.grpc());
  const std::string text = SyntheticJob("stream");
  std::map<std::string, std::string> acknowledged;  // request id → job id
  std::map<std::string, bool> cancelled;            // job id
  {
    Killer killer(coordinator);
    while (!killer.done() || acknowledged.size() < 100) {
      const std::string request = people.NewRequestId();
      const v1::Job job = Insist([&] { return people.Submit(text, request); });
      ASSERT_FALSE(HasFailure());
      ASSERT_TRUE(acknowledged.emplace(request, job.id()).second);
      // A client that lost the answer asks again, now or much later.
      const auto& oldest = *acknowledged.begin();
      EXPECT_EQ(Insist([&] { return people.Submit(text, oldest.first); }).id(), oldest.second);
      if (acknowledged.size() % 3 == 0) {
        const std::string cancel = people.NewRequestId();
        EXPECT_EQ(Insist([&] { return people.Cancel(job.id(), cancel); }).phase(),
                  v1::PHASE_CANCELLED);
        cancelled[job.id()] = true;
      }
    }
    EXPECT_EQ(killer.kills(), kKills);
  }
  std::map<std::string, v1::Phase> found;
  for (const v1::Job& job : people.List()) {
    EXPECT_TRUE(found.emplace(job.id(), job.phase()).second) << job.id() << " is there twice";
  }
  EXPECT_EQ(found.size(), acknowledged.size());
  for (const auto& [request, job] : acknowledged) {
    ASSERT_TRUE(found.contains(job)) << job << " is lost";
    EXPECT_EQ(found[job], cancelled.contains(job) ? v1::PHASE_CANCELLED : v1::PHASE_QUEUED);
    const std::string& again = request;  // clang takes no part of a pair into a lambda
    EXPECT_EQ(Insist([&] { return people.Submit(text, again); }).id(), job);
  }
}

TEST(CoordinatorDurability, ARunningGangIsAdoptedNotRestarted) {
  RunningCoordinator coordinator;
  People people(coordinator.grpc());
  FakeWorker worker(coordinator.grpc(), "here", 1);
  ASSERT_TRUE(worker.Register().ok());
  const std::string id = people.Submit(SyntheticJob("long"))->id();
  const exchange::AttemptId attempt = worker.WaitForGang().attempt;
  ASSERT_TRUE(worker.Tell({exchange::RankStarted{attempt, 0, {42, 0, 4, "cpu", 32, 1}}}).ok());

  coordinator.Kill();
  coordinator.Start();
  // The first tries may still meet the broken connection.
  ASSERT_TRUE(WaitUntil(
      [&] {
        worker.Connect();
        return worker.Tell().ok();
      },
      absl::Seconds(10)));
  frames::CheckpointWritten written;
  written.step = 2;
  written.path = "checkpoints/step-2";
  const auto orders = worker.Tell({exchange::RankCheckpoint{attempt, absl::Now(), written}});
  ASSERT_TRUE(orders.ok()) << orders.status();
  ASSERT_EQ(orders->gangs.size(), 1u);
  EXPECT_EQ(orders->gangs[0].attempt, attempt);
  EXPECT_EQ(orders->gangs[0].desired, exchange::Desired::kRun);
  const v1::Job job = people.Get(id).value();
  EXPECT_EQ(job.phase(), v1::PHASE_RUNNING);
  EXPECT_EQ(job.restarts(), 0);
  EXPECT_EQ(job.checkpoints_size(), 1);
}

}  // namespace
}  // namespace nepa::testing
