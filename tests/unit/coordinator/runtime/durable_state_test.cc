#include "coordinator/runtime/durable_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/core/operations.h"
#include "tests/support/core/memory_store.h"

namespace nepa::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DurableStateTest : public ::testing::Test {
 protected:
  DurableState Open() {
    return *DurableState::Open({&store_, core::Settings(), [this] { return now_; }});
  }
  static Decide Submit(const std::string& request) {
    return [request](core::Draft& draft) {
      core::SubmitCommand command;
      command.request_id = request;
      command.source.file.spec.name = "pre";
      core::Submit(draft, command);
    };
  }

  absl::Time now_ = absl::UnixEpoch() + absl::Hours(1);
  nepa::testing::MemoryStore store_;
};

TEST_F(DurableStateTest, WhatATurnDecidedIsInTheStoreAndInMemory) {
  DurableState state = Open();
  const Turn turn = state.TakeTurn({Submit("r1"), Submit("r2")});
  EXPECT_TRUE(turn.committed.ok());
  EXPECT_THAT(turn.touched, SizeIs(2));
  EXPECT_THAT(state.view().state.jobs, SizeIs(2));
  EXPECT_EQ(store_.commits(), 1);
  EXPECT_EQ(*store_.Load(), state.view().state);
}

TEST_F(DurableStateTest, AFailedCommitLeavesEverythingAsItWasAndLetsNothingOut) {
  DurableState state = Open();
  store_.FailCommitsWith(absl::ResourceExhaustedError("disk full"));
  const Turn turn = state.TakeTurn({Submit("r1")});
  EXPECT_TRUE(absl::IsResourceExhausted(turn.committed));
  EXPECT_THAT(turn.changes, IsEmpty());
  EXPECT_THAT(turn.effects, IsEmpty());
  EXPECT_THAT(turn.touched, IsEmpty());
  EXPECT_THAT(state.view().state.jobs, IsEmpty());
  EXPECT_EQ(state.NextTurn(), now_ + absl::Seconds(1));
}

TEST_F(DurableStateTest, HowLongPlanningAndStoringTookGoesIntoTheTraceWithTheNextChange) {
  DurableState state = Open();
  const auto names = [&](const std::string& job) {
    std::vector<std::string> all;
    const std::vector<state::Span> spans = store_.Spans(job).value();
    for (const state::Span& span : spans) all.push_back(span.span.name);
    return all;
  };
  state.TakeTurn({[](core::Draft& draft) {
                    ASSERT_TRUE(core::Register(draft, {"a", "", "", 1, "cpu", {}, "1"}).ok());
                    ASSERT_TRUE(core::TakeReport(draft, {"w1", 1, {}, {}}).ok());
                  },
                  Submit("r1")});
  EXPECT_THAT(names("j1"), ElementsAre("plan"));
  ASSERT_TRUE(state.view().live.unwritten_spans.contains("j1"));
  // A change that cannot be stored takes nothing along, and one that changes nothing does not try.
  store_.FailCommitsWith(absl::ResourceExhaustedError("disk full"));
  state.TakeTurn({Submit("r2")});
  store_.FailCommitsWith(absl::OkStatus());
  state.TakeTurn({});
  EXPECT_THAT(names("j1"), ElementsAre("plan"));
  state.TakeTurn({Submit("r3")});
  EXPECT_THAT(names("j1"), ElementsAre("plan", "commit"));
  EXPECT_FALSE(state.view().live.unwritten_spans.contains("j1"));
}

TEST_F(DurableStateTest, TheTraceOfAJobThatIsGoneIsForgotten) {
  DurableState state = Open();
  state.TakeTurn({[](core::Draft& draft) {
    core::SubmitCommand command;
    command.request_id = "r1";
    command.source.file.spec.name = "pre";
    command.received_at = command.checked_at = draft.now();
    core::Submit(draft, command);
    core::Cancel(draft, {"r2", "j1"});
  }});
  ASSERT_TRUE(state.view().live.unwritten_spans.contains("j1"));
  EXPECT_TRUE(state.TakeTurn({[](core::Draft& draft) {
                     core::Delete(draft, {"r3", "j1", false});
                   }})
                  .committed.ok());
  EXPECT_THAT(state.view().live.unwritten_spans, IsEmpty());
  EXPECT_THAT(store_.Spans("j1").value(), IsEmpty());
}

TEST_F(DurableStateTest, AFolderThatIsGoneIsForgottenByTheNextTurnThatCanBeStored) {
  DurableState state = Open();
  state.TakeTurn({[](core::Draft& draft) {
    draft.Record(state::PutRemoval{{"jobs/j1", ""}});
    draft.Record(state::PutRemoval{{"jobs/j2", ""}});
  }});
  store_.FailCommitsWith(absl::ResourceExhaustedError("disk full"));
  state.TakeTurn({[](core::Draft& draft) { core::FolderRemoved(draft, "jobs/j1"); },
                  [](core::Draft& draft) { core::FolderRemoved(draft, "jobs/j2"); }});
  EXPECT_THAT(state.view().state.removals, SizeIs(2));
  store_.FailCommitsWith(absl::OkStatus());
  now_ = state.NextTurn();
  state.TakeTurn({});
  EXPECT_THAT(state.view().state.removals, IsEmpty());
  EXPECT_THAT(state.view().live.removed, IsEmpty());
}

}  // namespace
}  // namespace nepa::coordinator
