#include "coordinator/core/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/core/core_cluster.h"

namespace nepa::core {
namespace {

using frames::ExitKind;
using nepa::testing::CoreCluster;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ExplainTest : public ::testing::Test {
 protected:
  std::optional<WaitExplanation> Wait(const std::string& id) {
    return ExplainWait(cluster_.state, cluster_.live, cluster_.settings, cluster_.now,
                       cluster_.job(id));
  }
  std::vector<Fault> Faults(const std::string& id) {
    std::vector<Fault> faults;
    for (const state::Attempt* attempt : AttemptsOf(cluster_.state, id)) {
      faults.push_back(FaultOf(cluster_.job(id), *attempt));
    }
    return faults;
  }
  void End(const std::string& id, ExitKind kind) {
    EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Exited(id, kind)}).ok());
  }
  CoreCluster cluster_;
  std::string worker_ = cluster_.AddWorker("a", 1);
};

TEST_F(ExplainTest, AWaitingJobIsToldWhoHasTheSlotsAndWhoGoesFirst) {
  const std::string first = cluster_.Submit("first");
  const std::string second = cluster_.Submit("second");
  const std::string third = cluster_.Submit("third");
  EXPECT_FALSE(Wait(first).has_value()) << "it has its slots";
  const auto wait = Wait(third);
  ASSERT_TRUE(wait.has_value());
  EXPECT_FALSE(wait->never);
  EXPECT_EQ(wait->needs, "1 cpu or cuda slot");
  EXPECT_THAT(wait->ahead, ElementsAre(second));
  EXPECT_THAT(wait->holders, ElementsAre(first));
}

TEST_F(ExplainTest, AJobThatNoWorkerCouldEverHoldIsToldSo) {
  const std::string id = cluster_.Submit("big", [](config::JobSpec& spec) {
    spec.resources.min_ranks = spec.resources.max_ranks = 4;
  });
  EXPECT_TRUE(Wait(id)->never);
  EXPECT_EQ(Wait(id)->most, "1 cpu slot on a");
  EXPECT_THAT(Wait(id)->holders, IsEmpty());
  cluster_.AddWorker("b", 4);
  cluster_.Drain("b");
  EXPECT_FALSE(Wait(id).has_value()) << "it was placed on b before that was drained";
  const std::string next = cluster_.Submit("next", [](config::JobSpec& spec) {
    spec.resources.min_ranks = spec.resources.max_ranks = 4;
  });
  EXPECT_FALSE(Wait(next)->never) << "b could, once it is undrained";
}

TEST_F(ExplainTest, AJobThatWaitsForAModelDoesNotWaitForSlots) {
  cluster_.Submit("pre");
  const std::string fine =
      cluster_.Submit("fine", [](config::JobSpec& spec) { spec.model.from = "job/pre"; });
  EXPECT_FALSE(Wait(fine).has_value());
}

TEST_F(ExplainTest, AJobThatPausesAfterAFaultStillWaitsForItsSlots) {
  const std::string id = cluster_.Submit("pre");
  End(id, ExitKind::kKilled);
  End(id, ExitKind::kKilled);
  ASSERT_GT(cluster_.job(id).not_before, cluster_.now);
  ASSERT_TRUE(Wait(id).has_value());
  EXPECT_FALSE(Wait(id)->never);
}

TEST_F(ExplainTest, EachAttemptHasItsFault) {
  const std::string id = cluster_.Submit("pre");
  End(id, ExitKind::kKilled);
  EXPECT_THAT(Faults(id), ElementsAre(Fault::kMachine, Fault::kNone)) << "the second still runs";
  End(id, ExitKind::kNotFinite);
  EXPECT_THAT(Faults(id), ElementsAre(Fault::kMachine, Fault::kJob));
}

TEST_F(ExplainTest, WhatPeopleAskedForIsNobodysFault) {
  const std::string paused = cluster_.Submit("paused");
  cluster_.Pause(paused);
  End(paused, ExitKind::kStopped);
  EXPECT_THAT(Faults(paused), ElementsAre(Fault::kNone));
  const std::string cancelled = cluster_.Submit("cancelled");
  cluster_.Cancel(cancelled);
  End(cancelled, ExitKind::kKilled);
  EXPECT_THAT(Faults(cancelled), ElementsAre(Fault::kNone));
  const std::string moved = cluster_.Submit("moved");
  cluster_.Drain("a");
  End(moved, ExitKind::kKilled);
  EXPECT_THAT(Faults(moved), ElementsAre(Fault::kNone));
}

}  // namespace
}  // namespace nepa::core
