#include "coordinator/state/change.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/core/change_text.h"

namespace nepa::state {
namespace {

using nepa::testing::ToText;

Job JobRow(const std::string& id, Phase phase = Phase::kQueued) {
  Job job;
  job.id = id;
  job.phase = phase;
  return job;
}

Checkpoint CheckpointRow(const std::string& id, const std::string& job) {
  Checkpoint checkpoint;
  checkpoint.id = id;
  checkpoint.job = job;
  return checkpoint;
}

TEST(Change, JobsStandInTheOrderOfTheirNumbers) {
  ClusterState state;
  for (const char* id : {"j10", "j9", "j2", "j100"}) Apply(state, PutJob{JobRow(id)});
  std::string order;
  for (const auto& [id, job] : state.jobs) order += id + " ";
  EXPECT_EQ(order, "j2 j9 j10 j100 ");
}

TEST(Change, WhichJobsWaitAndHowManyAreInAPhaseIsKeptWithTheRows) {
  ClusterState state;
  Job pausing = JobRow("j2", Phase::kRestarting);
  pausing.not_before = absl::UnixEpoch();
  for (const Job& job : {JobRow("j1"), pausing, JobRow("j3", Phase::kRunning)}) {
    Apply(state, PutJob{job});
  }
  using Ids = std::set<std::string, IdOrder>;
  using Counts = std::map<Phase, int64_t>;
  EXPECT_EQ(state.waiting, (Ids{"j1", "j2"}));
  EXPECT_EQ(state.pausing, Ids{"j2"});
  EXPECT_EQ(state.phase_counts,
            (Counts{{Phase::kQueued, 1}, {Phase::kRestarting, 1}, {Phase::kRunning, 1}}));
  Apply(state, PutJob{JobRow("j2", Phase::kRunning)});
  EXPECT_EQ(state.waiting, Ids{"j1"});
  EXPECT_TRUE(state.pausing.empty());
  Apply(state, DeleteJob{"j1"});
  Apply(state, DeleteJob{"j9"});
  EXPECT_TRUE(state.waiting.empty());
  EXPECT_EQ(state.phase_counts, (Counts{{Phase::kRunning, 2}}));
}

// Every kind of change that touches memory, in an order in which each finds what it needs.
std::vector<Change> AllKinds() {
  Attempt live;
  live.id = {"j1", 1};
  Attempt ended = live;
  ended.ended_at = absl::UnixEpoch();
  Worker worker;
  worker.id = "w1";
  return {PutCounters{{3, 2, 1}},
          PutJob{JobRow("j1")},
          PutJob{JobRow("j1", Phase::kRunning)},
          PutAttempt{live},
          PutAttempt{ended},
          PutWorker{worker},
          PutCheckpoint{CheckpointRow("c1", "j1")},
          PutCheckpoint{CheckpointRow("c2", "j1")},
          PutRequest{{"r1", "SubmitJob", "j1", absl::UnixEpoch()}},
          PutRemoval{{"jobs/j1", ""}},
          DeleteRemoval{"jobs/j1"},
          PutNotification{{"j1", "http://a/", 0, absl::UnixEpoch()}},
          PutNotification{{"j1", "http://a/", 1, absl::UnixEpoch()}},
          DeleteNotification{"j1"},
          DeleteRequest{"r1"},
          DeleteCheckpoint{"c1"},
          DeleteCheckpoint{"c2"},
          DeleteWorker{"w1"},
          DeleteAttempt{{"j1", 1}},
          DeleteJob{"j1"}};
}

TEST(Change, InversesInReverseOrderRestoreTheStateAfterEachStep) {
  ClusterState state;
  std::vector<ClusterState> before;
  std::vector<Change> inverses;
  for (const Change& change : AllKinds()) {
    before.push_back(state);
    const std::optional<Change> inverse = Apply(state, change);
    ASSERT_TRUE(inverse.has_value());
    EXPECT_NE(state, before.back()) << ToText(before.back(), change);
    inverses.push_back(*inverse);
  }
  while (!inverses.empty()) {
    Apply(state, inverses.back());
    EXPECT_EQ(state, before.back()) << inverses.size();
    inverses.pop_back();
    before.pop_back();
  }
}

TEST(Change, DeletingWhatIsNotThereChangesNothing) {
  ClusterState state;
  EXPECT_FALSE(Apply(state, DeleteJob{"j1"}).has_value());
  EXPECT_FALSE(Apply(state, DeleteCheckpoint{"c1"}).has_value());
  EXPECT_EQ(state, ClusterState{});
}

TEST(Change, LiveAttemptsAreThoseWithoutAnEnd) {
  ClusterState state;
  Attempt attempt;
  attempt.id = {"j1", 1};
  attempt.gang = {{"w1", 1}, {"w1", 1}, {"w2", 1}};
  Apply(state, PutAttempt{attempt});
  EXPECT_TRUE(state.live_attempts.contains(attempt.id));
  EXPECT_TRUE(state.live_on.at("w1").contains(attempt.id));
  EXPECT_TRUE(state.live_on.at("w2").contains(attempt.id));
  attempt.ended_at = absl::UnixEpoch();
  Apply(state, PutAttempt{attempt});
  EXPECT_TRUE(state.live_attempts.empty());
  EXPECT_TRUE(state.live_on.empty());
}

TEST(ChangeText, TellsWhatIsNewAndWhatChanged) {
  ClusterState state;
  EXPECT_EQ(ToText(state, PutJob{JobRow("j1")}), "+ job j1: priority=500 phase=QUEUED");
  Apply(state, PutJob{JobRow("j1")});
  EXPECT_EQ(ToText(state, PutJob{JobRow("j1", Phase::kPaused)}),
            "~ job j1: phase QUEUED -> PAUSED");
}

}  // namespace
}  // namespace nepa::state
