// Random operations in random order, late and doubled messages among them; after each of them what
// must always hold is checked. A failure names the seed that replays it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "absl/strings/str_cat.h"
#include "coordinator/core/find.h"
#include "coordinator/state/words.h"
#include "coordinator/storage/sqlite_store.h"
#include "tests/support/core/core_cluster.h"

namespace nepa::storage {
namespace {

using nepa::testing::CoreCluster;

class Driver {
 public:
  explicit Driver(uint32_t seed) : random_(seed) {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
    store_ = std::move(SqliteStore::Open(path_)).value();
    cluster_.settings.max_unfinished_jobs = 12;
  }

  void Step() {
    switch (Pick(28)) {
      case 0:
      case 1:
        cluster_.TrySubmit(absl::StrCat("job", Pick(3)), [&](config::JobSpec& spec) {
          spec.resources.min_ranks = spec.resources.max_ranks = 1 + Pick(3);
          spec.priority = Pick(3) * 250;
          spec.restart.max = Pick(4);
          spec.checkpoint.keep = {1 + Pick(2), Pick(2), 0};
          if (Pick(4) == 0) spec.model.from = absl::StrCat("job/job", Pick(3));
        });
        break;
      case 2:
        cluster_.Cancel(AnyJob());
        break;
      case 3:
        cluster_.Pause(AnyJob());
        break;
      case 4:
        cluster_.Resume(AnyJob());
        break;
      case 5:
        cluster_.Delete(AnyJob(), Pick(2) == 0);
        break;
      case 6:
        Register();
        break;
      case 7:
        cluster_.Advance(absl::Milliseconds(Pick(3000)));
        cluster_.Tick();
        break;
      case 8:
        RemoveFolder();
        break;
      case 9:
        Disconnect();
        break;
      case 10:
        DrainOrUndrain();
        break;
      case 11:
        cluster_.SetPriority(AnyJob(), Pick(1001));
        break;
      case 12:
        cluster_.Pin(AnyCheckpoint(), Pick(2) == 0);
        break;
      case 13:
        cluster_.DeleteCheckpoint(AnyCheckpoint());
        break;
      default:
        Report();
    }
    CommitLast();
    CheckInvariants();
  }

  const CoreCluster& cluster() const { return cluster_; }

 private:
  int64_t Pick(int64_t below) {
    return std::uniform_int_distribution<int64_t>(0, below - 1)(random_);
  }

  std::string AnyJob() { return absl::StrCat("j", 1 + Pick(cluster_.state.counters.jobs + 1)); }
  std::string AnyWorker() {
    return absl::StrCat("w", 1 + Pick(cluster_.state.counters.workers + 1));
  }

  std::string AnyCheckpoint() {
    return absl::StrCat("c", 1 + Pick(cluster_.state.counters.checkpoints + 1));
  }

  void DrainOrUndrain() {
    if (Pick(3) == 0) {
      cluster_.Drain(AnyWorker(), absl::StrCat("reason ", Pick(2)));
    } else {
      cluster_.Undrain(AnyWorker());
    }
  }

  void Register() {
    const std::string name = absl::StrCat("worker", Pick(3));
    cluster_.Do([&](core::Draft& draft) {
      ASSERT_TRUE(core::Register(draft, {name, "host", "", 1 + Pick(4), "cpu", {}, "1"}).ok());
    });
    CommitLast();
    for (const auto& [id, worker] : cluster_.state.workers) {
      if (worker.name != name) continue;
      const exchange::Report first{id, worker.incarnation};
      ASSERT_TRUE(cluster_.TellAll(first).ok());
      return;
    }
  }

  void RemoveFolder() {
    if (cluster_.state.removals.empty()) return cluster_.Do([](core::Draft&) {});
    const std::string path = cluster_.state.removals.begin()->first;
    cluster_.Do([&](core::Draft& draft) { core::FolderRemoved(draft, path); });
  }

  void Disconnect() {
    const std::string worker = AnyWorker();
    cluster_.Do([&](core::Draft& draft) { core::Disconnect(draft, worker, 1 + Pick(4)); });
  }

  // Something that happens to a rank of any attempt, of the past or not.
  CoreCluster::Item AnyItem(const exchange::AttemptId& attempt, int64_t rank) {
    using frames::ExitKind;
    constexpr ExitKind kKinds[] = {ExitKind::kSucceeded, ExitKind::kStopped, ExitKind::kKilled,
                                   ExitKind::kNotFinite, ExitKind::kCollective};
    switch (Pick(5)) {
      case 0:
        return exchange::RankStarted{attempt, rank, {7, 0, 100, "cpu", 1, 1}};
      case 1:
        return exchange::RankMetrics{attempt, cluster_.now, {Pick(100), {{"loss", -0.5}}}};
      case 2: {
        frames::CheckpointWritten written;
        written.step = Pick(100);
        written.path = absl::StrCat("checkpoints/", written.step, "-", attempt.attempt);
        return exchange::RankCheckpoint{attempt, cluster_.now, written};
      }
      default:
        return exchange::RankExited{attempt, rank, {kKinds[Pick(5)], "x"}, {}};
    }
  }

  // Mostly a rank that runs and its own worker, sometimes any rank and any worker.
  void Report() {
    if (cluster_.state.live_attempts.empty() || Pick(5) == 0) {
      exchange::AttemptId attempt{AnyJob(), 1 + Pick(3)};
      return ReportOn(attempt, Pick(3), AnyWorker());
    }
    auto attempt = cluster_.state.live_attempts.begin();
    std::advance(attempt, Pick(static_cast<int64_t>(cluster_.state.live_attempts.size())));
    const std::vector<state::Rank>& gang = cluster_.state.attempts.at(*attempt).gang;
    const int64_t rank = Pick(static_cast<int64_t>(gang.size()));
    const std::string worker = gang[static_cast<size_t>(rank)].worker;
    ReportOn(exchange::AttemptId(*attempt), rank, worker);
  }

  void ReportOn(const exchange::AttemptId& attempt, int64_t rank, const std::string& id) {
    const auto worker = cluster_.state.workers.find(id);
    exchange::Report report{id, worker == cluster_.state.workers.end()
                                    ? 1
                                    : worker->second.incarnation - (Pick(5) == 0)};
    report.leaving = Pick(50) == 0;
    const int64_t acknowledged =
        worker == cluster_.state.workers.end() ? 0 : worker->second.acknowledged;
    report.outbox.push_back({acknowledged + (Pick(5) == 0 ? 0 : 1), AnyItem(attempt, rank)});
    const state::ClusterState before = cluster_.state;
    const absl::Status status = cluster_.TellAll(report);
    const bool fenced = !before.workers.contains(id) ||
                        before.workers.at(id).incarnation != report.incarnation ||
                        before.workers.at(id).state == state::WorkerState::kLost;
    EXPECT_EQ(status.ok(), !fenced);
    EXPECT_TRUE(!fenced || cluster_.state == before) << "an old incarnation changed something";
  }

  // As the loop does: the changes of many operations in one transaction.
  void CommitLast() {
    uncommitted_.insert(uncommitted_.end(), cluster_.changes().begin(), cluster_.changes().end());
    if (Pick(12) != 0) return;
    const absl::Status status = store_->Commit(uncommitted_);
    ASSERT_TRUE(status.ok()) << status;
    uncommitted_.clear();
    ASSERT_TRUE(store_->Load().value() == cluster_.state) << "the store holds something else";
  }

  void CheckInvariants() {
    const state::ClusterState& state = cluster_.state;
    for (const auto& [id, worker] : state.workers) {
      ASSERT_LE(core::UsedSlots(state, worker), worker.slots) << id << " is given twice";
    }
    std::map<std::string, int> live;
    for (const state::AttemptId& attempt : state.live_attempts) {
      ASSERT_EQ(++live[attempt.job_id], 1) << attempt.job_id << " has two live attempts";
      ASSERT_EQ(state.jobs.at(attempt.job_id).attempt, attempt.attempt);
      CheckNotDrained(state.attempts.at(attempt));
    }
    for (const auto& [id, job] : state.jobs) {
      const bool has_gang = live.contains(id);
      const bool active =
          job.phase == state::Phase::kStarting || job.phase == state::Phase::kRunning;
      ASSERT_EQ(has_gang, active) << id << " is " << std::string(state::Name(job.phase));
      ASSERT_EQ(state::IsFinal(job.phase), job.ended_at.has_value()) << id;
      if (state::IsWaiting(job.phase)) {
        const auto wait = cluster_.live.waits.find(id);
        ASSERT_TRUE(wait != cluster_.live.waits.end() && !wait->second.empty())
            << id << " waits without a reason";
      } else {
        ASSERT_FALSE(cluster_.live.waits.contains(id)) << id;
      }
    }
  }

  void CheckNotDrained(const state::Attempt& attempt) {
    if (attempt.desired != state::Desired::kRun) return;
    for (const state::Rank& rank : attempt.gang) {
      const auto worker = cluster_.state.workers.find(rank.worker);
      ASSERT_TRUE(rank.exit || worker == cluster_.state.workers.end() ||
                  worker->second.drained.empty())
          << attempt.id.job_id << " is to run on drained " << rank.worker;
    }
  }

  std::mt19937 random_;
  std::vector<state::Change> uncommitted_;
  CoreCluster cluster_;
  const std::string path_ = ::testing::TempDir() + "/property_test.db";
  std::unique_ptr<SqliteStore> store_;
};

TEST(CoordinatorProperty, InvariantsHoldUnderRandomOperations) {
  constexpr uint32_t kSeeds = 6;
  constexpr int kSteps = 400;
  int64_t jobs = 0, checkpoints = 0;
  for (uint32_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Driver driver(seed);
    for (int step = 0; step < kSteps; ++step) {
      SCOPED_TRACE(absl::StrCat("step ", step));
      driver.Step();
      if (::testing::Test::HasFailure()) return;
    }
    jobs += driver.cluster().state.counters.jobs;
    checkpoints += driver.cluster().state.counters.checkpoints;
  }
  // The run means something only if things happened in it.
  EXPECT_GT(jobs, 50);
  EXPECT_GT(checkpoints, 50);
}

}  // namespace
}  // namespace nepa::storage
