#include "coordinator/state/words.h"

#include <gtest/gtest.h>

namespace nepa::state {
namespace {

TEST(Words, EveryWordIsReadBack) {
  for (const Phase phase : kPhases) EXPECT_EQ(ParsePhase(Name(phase)).value(), phase);
  for (const WorkerState worker : kWorkerStates) {
    EXPECT_EQ(ParseWorkerState(Name(worker)).value(), worker);
  }
  for (const Wish wish : {Wish::kRun, Wish::kPause, Wish::kCancel}) {
    EXPECT_EQ(ParseWish(Name(wish)).value(), wish);
  }
  for (const Desired desired : {Desired::kRun, Desired::kStopWithCheckpoint, Desired::kKill}) {
    EXPECT_EQ(ParseDesired(Name(desired)).value(), desired);
  }
  for (const CheckpointState checkpoint :
       {CheckpointState::kAvailable, CheckpointState::kDeleting, CheckpointState::kCorrupt}) {
    EXPECT_EQ(ParseCheckpointState(Name(checkpoint)).value(), checkpoint);
  }
}

TEST(Words, AnUnknownWordIsDataLoss) {
  EXPECT_EQ(ParsePhase("queued").status().code(), absl::StatusCode::kDataLoss);
}

TEST(Words, OnlyThreePhasesAreFinal) {
  int finals = 0;
  for (const Phase phase : kPhases) finals += IsFinal(phase);
  EXPECT_EQ(finals, 3);
  EXPECT_FALSE(IsFinal(Phase::kPaused));
}

}  // namespace
}  // namespace nepa::state
