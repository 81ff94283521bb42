#include "cli/awaited.h"

#include <gtest/gtest.h>

namespace nepa::cli {
namespace {

v1::Job In(v1::Phase phase) {
  v1::Job job;
  job.set_phase(phase);
  return job;
}

TEST(AwaitedTest, AJobInThePhaseHasComeThere) {
  EXPECT_EQ(JudgeAwaited("PAUSED", In(v1::PHASE_PAUSED)), Awaited::kReached);
  EXPECT_EQ(JudgeAwaited("FAILED", In(v1::PHASE_FAILED)), Awaited::kReached);
}

TEST(AwaitedTest, AJobThatEndedOtherwiseNeverComesThere) {
  EXPECT_EQ(JudgeAwaited("SUCCEEDED", In(v1::PHASE_FAILED)), Awaited::kNever);
  EXPECT_EQ(JudgeAwaited("SUCCEEDED", In(v1::PHASE_CANCELLED)), Awaited::kNever);
  EXPECT_EQ(JudgeAwaited("PAUSED", In(v1::PHASE_SUCCEEDED)), Awaited::kNever);
  EXPECT_EQ(JudgeAwaited("RUNNING", In(v1::PHASE_CANCELLED)), Awaited::kNever);
}

TEST(AwaitedTest, AJobThatLivesMayStillCome) {
  EXPECT_EQ(JudgeAwaited("SUCCEEDED", In(v1::PHASE_RUNNING)), Awaited::kNotYet);
  EXPECT_EQ(JudgeAwaited("ENDED", In(v1::PHASE_PAUSED)), Awaited::kNotYet);
}

TEST(AwaitedTest, AJobThatSucceededBetweenTwoLooksHasRun) {
  EXPECT_EQ(JudgeAwaited("RUNNING", In(v1::PHASE_SUCCEEDED)), Awaited::kReached);
  EXPECT_EQ(JudgeAwaited("STARTING", In(v1::PHASE_RUNNING)), Awaited::kReached);
}

TEST(AwaitedTest, EndedIsAnyFinalPhase) {
  for (const v1::Phase phase : {v1::PHASE_SUCCEEDED, v1::PHASE_FAILED, v1::PHASE_CANCELLED}) {
    EXPECT_EQ(JudgeAwaited("ENDED", In(phase)), Awaited::kReached);
  }
}

}  // namespace
}  // namespace nepa::cli
