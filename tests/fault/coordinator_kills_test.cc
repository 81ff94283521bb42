// kill -9 of the coordinator at random instants, under four clients that submit, cancel, pause and
// resume, while jobs run: what was acknowledged is there with its effect, once, and no trainer that
// runs is restarted for it. $NEPA_KILLS kills, $NEPA_SEED chooses the instants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/client.h"
#include "tests/support/local_cluster.h"
#include "tests/support/scripted_trainer.h"
#include "tests/support/small_jobs.h"

namespace nepa::testing {
namespace {

constexpr int kClients = 4;
constexpr absl::Duration kPatience = absl::Seconds(60);

int FromEnvironment(const char* name, int otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::atoi(value);
}

// What one job's acknowledged requests add up to.
struct Expected {
  std::string name;
  int pauses = 0;
  int resumes = 0;
  bool cancelled = false;

  bool Holds(v1::Phase phase) const {
    if (cancelled) return phase == v1::PHASE_CANCELLED;
    if (pauses > resumes) return phase == v1::PHASE_PAUSED;
    return phase == v1::PHASE_QUEUED || phase == v1::PHASE_STARTING || phase == v1::PHASE_RUNNING;
  }
};

// One person's nepactl: each call is tried again, with the same request id, until it is answered.
class Person {
 public:
  Person(std::string name, const std::string& address, unsigned seed, const std::atomic<bool>& stop)
      : name_(std::move(name)), client_(address, kPatience), random_(seed), thread_([this, &stop] {
          while (!stop && !::testing::Test::HasFailure()) Act();
        }) {}
  void Join() { thread_.join(); }

  // Read after Join().
  const std::map<std::string, Expected>& jobs() const { return jobs_; }
  int refused() const { return refused_; }

 private:
  int Choose(int count) { return std::uniform_int_distribution<int>(0, count - 1)(random_); }

  void Act() {
    absl::SleepFor(absl::Milliseconds(Choose(40)));
    if (jobs_.empty() || Choose(3) == 0) return Submit();
    auto chosen = std::next(jobs_.begin(), Choose(static_cast<int>(jobs_.size())));
    const std::string& id = chosen->first;
    Expected& expected = chosen->second;
    if (expected.cancelled) return Submit();
    if (expected.pauses > expected.resumes) {
      expected.resumes += Done(client_.ResumeJob(id)) ? 1 : 0;
    } else if (Choose(2) == 0) {
      expected.pauses += Done(client_.PauseJob(id)) ? 1 : 0;
    } else {
      expected.cancelled = Done(client_.CancelJob(id));
    }
  }

  void Submit() {
    const std::string name = absl::StrCat(name_, "-", ++submitted_);
    v1::SubmitJobRequest request;
    request.set_text(SmallPretrainJob(name, 1000, 100));
    request.set_file("job.yaml");
    request.set_folder("/tmp");
    request.set_user(name_);
    const absl::StatusOr<v1::Job> job = client_.SubmitJob(request);
    ASSERT_TRUE(job.ok()) << job.status();
    EXPECT_EQ(job->name(), name);
    ASSERT_TRUE(jobs_.emplace(job->id(), Expected{name}).second) << job->id() << " given twice";
  }

  // Whether the request was done; a refusal (a job that is still being paused cannot be resumed) is
  // an answer too.
  bool Done(const absl::StatusOr<v1::Job>& job) {
    if (job.ok()) return true;
    EXPECT_TRUE(absl::IsFailedPrecondition(job.status())) << job.status();
    ++refused_;
    return false;
  }

  const std::string name_;
  cli::Client client_;
  std::mt19937 random_;
  std::map<std::string, Expected> jobs_;
  int submitted_ = 0;
  int refused_ = 0;
  std::thread thread_;  // last: it uses all of the above
};

class CoordinatorKills : public ::testing::Test {
 protected:
  struct Running {
    std::string job;
    int64_t pid = 0;
  };

  void SetUp() override {
    cluster_.StartCoordinator();
    std::vector<std::string> steps = {"started"};
    steps.insert(steps.end(), 100, "train");  // of 20 s each
    WriteTrainerScript(cluster_.folder() + "/trainer", steps);
    cluster_.StartWorker({"--trainer", cluster_.folder() + "/trainer", "--slots", "12"});
  }

  // A job that runs from before the first kill until after the last.
  Running Start(const std::string& name) {
    Running running{cluster_.Submit(
        cluster_.WriteFile(name + ".yaml", SmallPretrainJob(name, 1000, 100, "priority: high\n")))};
    EXPECT_TRUE(cluster_.WaitForStep(running.job, 1, kPatience));
    const nlohmann::json gang = cluster_.NepactlJson({"describe", running.job})["gang"];
    if (gang.size() == 1) running.pid = gang[0].value("pid", int64_t{0});
    EXPECT_GT(running.pid, 0);
    return running;
  }

  void ExpectNotRestarted(const Running& running) {
    const nlohmann::json job = cluster_.NepactlJson({"describe", running.job});
    EXPECT_EQ(job.value("phase", ""), "RUNNING") << job;
    EXPECT_EQ(job.value("attempt", 0), 1) << job;
    EXPECT_EQ(job.value("restarts", -1), 0) << job;
    ASSERT_EQ(job["gang"].size(), 1u) << job;
    EXPECT_EQ(job["gang"][0].value("pid", int64_t{0}), running.pid);
    EXPECT_EQ(::kill(static_cast<pid_t>(running.pid), 0), 0) << "its process is gone";
    const int64_t step = job.value("step", int64_t{0});
    EXPECT_TRUE(cluster_.WaitForStep(running.job, step + 3, kPatience)) << "it stands still";
  }

  int Events(cli::Client& client, const std::string& job, const std::string& kind) {
    int count = 0;
    const auto events = client.ListEvents(job);
    EXPECT_TRUE(events.ok()) << events.status();
    if (!events.ok()) return -1;
    for (const v1::Event& event : *events) count += event.kind() == kind ? 1 : 0;
    return count;
  }

  // Every request that was acknowledged, and nothing else, has had its effect once.
  void Check(cli::Client& client, const std::map<std::string, Expected>& expected,
             const std::set<std::string>& standing) {
    std::map<std::string, v1::Job> found;
    const bool settled = WaitUntil(
        [&] {
          found.clear();
          const auto jobs = client.ListJobs(0);
          if (!jobs.ok()) return false;
          for (const v1::Job& job : *jobs) found[job.id()] = job;
          return std::all_of(expected.begin(), expected.end(), [&](const auto& each) {
            const auto job = found.find(each.first);
            return job != found.end() && each.second.Holds(job->second.phase());
          });
        },
        kPatience);
    EXPECT_TRUE(settled);
    EXPECT_EQ(found.size(), expected.size() + standing.size()) << "a request was done twice";
    int ran = 0;
    for (const auto& [id, job] : found) ran += expected.contains(id) && job.attempt() > 0 ? 1 : 0;
    std::cout << ran << " of the jobs have run" << std::endl;
    EXPECT_GT(ran, 0);
    for (const auto& [id, want] : expected) {
      ASSERT_TRUE(found.contains(id)) << id << " is lost";
      const v1::Job& job = found[id];
      EXPECT_EQ(job.name(), want.name);
      EXPECT_TRUE(want.Holds(job.phase())) << id << " is " << v1::Phase_Name(job.phase());
      EXPECT_EQ(job.restarts(), 0) << id << " was restarted: " << job.reason();
      EXPECT_EQ(Events(client, id, "submitted"), 1) << id;
      EXPECT_EQ(Events(client, id, "resumed"), want.resumes) << id;
      EXPECT_EQ(Events(client, id, "cancelled"), want.cancelled ? 1 : 0) << id;
      if (!want.cancelled) {
        EXPECT_EQ(Events(client, id, "paused"), want.pauses) << id;
      }
    }
  }

  LocalCluster cluster_;
};

TEST_F(CoordinatorKills, LoseNothingAcknowledgedDoubleNothingAndRestartNoTrainer) {
  const int kills = FromEnvironment("NEPA_KILLS", 10);
  const auto seed = static_cast<unsigned>(FromEnvironment("NEPA_SEED", 20261125));
  std::cout << kills << " kills, seed " << seed << std::endl;
  const std::vector<Running> standing = {Start("standing-a"), Start("standing-b")};
  std::set<std::string> standing_ids;
  for (const Running& running : standing) standing_ids.insert(running.job);

  std::atomic<bool> stop = false;
  std::vector<std::unique_ptr<Person>> people;
  for (unsigned i = 0; i < kClients; ++i) {
    people.push_back(std::make_unique<Person>(absl::StrCat("person", i),
                                              cluster_.coordinator_address(), seed + i, stop));
  }
  std::mt19937 random(seed);
  for (int i = 0; i < kills && !HasFailure(); ++i) {
    absl::SleepFor(absl::Milliseconds(std::uniform_int_distribution<int>(0, 500)(random)));
    cluster_.coordinator().KillNow();
    cluster_.StartCoordinator();
  }
  stop = true;
  std::map<std::string, Expected> expected;
  int pauses = 0, resumes = 0, cancellations = 0, refused = 0;
  for (const auto& person : people) {
    person->Join();
    refused += person->refused();
    for (const auto& [id, want] : person->jobs()) {
      EXPECT_TRUE(expected.emplace(id, want).second) << id << " was given to two";
      pauses += want.pauses;
      resumes += want.resumes;
      cancellations += want.cancelled ? 1 : 0;
    }
  }
  std::cout << "acknowledged: " << expected.size() << " submissions, " << cancellations
            << " cancellations, " << pauses << " pauses, " << resumes
            << " resumes; refused: " << refused << std::endl;
  EXPECT_GE(expected.size(), static_cast<size_t>(kills));
  EXPECT_GT(cancellations, 0);
  EXPECT_GT(pauses, 0);

  cli::Client client(cluster_.coordinator_address(), kPatience);
  Check(client, expected, standing_ids);
  for (const Running& running : standing) ExpectNotRestarted(running);
}

}  // namespace
}  // namespace nepa::testing
