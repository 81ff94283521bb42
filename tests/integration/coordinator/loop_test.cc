// The loop with its thread, on a store that can be made to fail.
#include "coordinator/runtime/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "coordinator/core/operations.h"
#include "tests/support/core/memory_store.h"

namespace nepa::coordinator {
namespace {

// A clock that the test moves.
class LoopTest : public ::testing::Test {
 protected:
  LoopTest() {
    Loop::Options options;
    options.store = &store_;
    options.metrics = &metrics_;
    options.clock = [this] { return absl::FromUnixNanos(now_.load()); };
    options.remove_folder = [](const state::Removal&) {};
    options.notify = [](const core::Notify&, const View&) {};
    loop_ = std::move(Loop::Start(std::move(options))).value();
  }

  absl::Status Submit(const std::string& request_id, core::Reply* reply = nullptr) {
    core::SubmitCommand command;
    command.request_id = request_id;
    command.source.file.spec.name = "pre";
    core::Reply ignored;
    core::Reply& answer = reply == nullptr ? ignored : *reply;
    return loop_->Run([&](core::Draft& draft) { answer = core::Submit(draft, command); },
                      [](const View&) {});
  }
  size_t JobCount() {
    size_t count = 0;
    EXPECT_TRUE(loop_->Read([&](const View& view) { count = view.state.jobs.size(); }).ok());
    return count;
  }

  // Holds the loop, so that work gathers, until what is returned is called.
  std::function<void()> HoldLoop() {
    auto entered = std::make_shared<std::promise<void>>();
    auto let_go = std::make_shared<std::promise<void>>();
    EXPECT_TRUE(loop_
                    ->Post(nullptr,
                           [entered, let_go](const absl::Status&, const View&) {
                             entered->set_value();
                             let_go->get_future().wait();
                           })
                    .ok());
    entered->get_future().wait();
    return [let_go] { let_go->set_value(); };
  }

  std::atomic<int64_t> now_ = 1'000'000'000'000;
  nepa::testing::MemoryStore store_;
  Metrics metrics_{absl::Minutes(5)};
  std::unique_ptr<Loop> loop_;
};

struct Stream : OrdersSink {
  void Send(exchange::Orders orders) override { sent.set_value(std::move(orders)); }
  void Close(absl::Status why) override { closed.set_value(std::move(why)); }
  std::promise<exchange::Orders> sent;
  std::promise<absl::Status> closed;
};

TEST_F(LoopTest, WhatIsAnsweredIsStored) {
  core::Reply reply;
  ASSERT_TRUE(Submit("r1", &reply).ok());
  EXPECT_EQ(reply.subject, "j1");
  EXPECT_EQ(store_.Load()->jobs.size(), 1u);
}

TEST_F(LoopTest, AFailedCommitChangesNothingAndIsToldToWhoAsked) {
  ASSERT_TRUE(Submit("r1").ok());
  store_.FailCommitsWith(absl::ResourceExhaustedError("disk full"));
  const absl::Status refused = Submit("r2");
  EXPECT_TRUE(absl::IsUnavailable(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), ::testing::HasSubstr("disk full"));
  EXPECT_EQ(JobCount(), 1u);
  EXPECT_FALSE(loop_->Health().ok());
  store_.FailCommitsWith(absl::OkStatus());
  core::Reply reply;
  ASSERT_TRUE(Submit("r2", &reply).ok());
  EXPECT_EQ(reply.subject, "j2");
  EXPECT_TRUE(loop_->Health().ok());
}

TEST_F(LoopTest, ReportsAreNotAcknowledgedBeforeTheyAreStored) {
  exchange::Registered registered;
  ASSERT_TRUE(loop_
                  ->Run(
                      [&](core::Draft& draft) {
                        registered = core::Register(draft, {"a", "a", "", 1, "cpu"}).value();
                      },
                      [](const View&) {})
                  .ok());
  exchange::Report report{registered.worker_id, registered.incarnation, {}, {}};
  report.outbox.push_back({1, exchange::RankMetrics{{"j9", 1}, absl::UnixEpoch(), {}}});
  store_.FailCommitsWith(absl::UnavailableError("no"));
  auto first = std::make_shared<Stream>();
  loop_->TakeReport(first, report);
  EXPECT_EQ(first->sent.get_future().get().acknowledged, 0);
  store_.FailCommitsWith(absl::OkStatus());
  auto second = std::make_shared<Stream>();
  loop_->TakeReport(second, report);
  EXPECT_EQ(second->sent.get_future().get().acknowledged, 1);
}

TEST_F(LoopTest, WhatGatheredIsCommittedTogether) {
  const std::function<void()> let_go = HoldLoop();
  std::vector<std::future<void>> done;
  const int64_t before = store_.commits();
  for (int i = 0; i < 50; ++i) {
    auto promise = std::make_shared<std::promise<void>>();
    done.push_back(promise->get_future());
    core::SubmitCommand command;
    command.request_id = std::to_string(i);
    command.source.file.spec.name = "pre";
    ASSERT_TRUE(loop_
                    ->Post([command](core::Draft& draft) { core::Submit(draft, command); },
                           [promise](const absl::Status&, const View&) { promise->set_value(); })
                    .ok());
  }
  let_go();
  for (std::future<void>& each : done) each.wait();
  EXPECT_EQ(store_.commits(), before + 1);
  EXPECT_EQ(JobCount(), 50u);
}

TEST_F(LoopTest, MoreThanTheQueueHoldsIsRefused) {
  const std::function<void()> let_go = HoldLoop();
  const auto nothing = [](const absl::Status&, const View&) {};
  for (size_t i = 0; i < Loop::kMaxQueue; ++i) ASSERT_TRUE(loop_->Post(nullptr, nothing).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(loop_->Post(nullptr, nothing)));
  let_go();
}

TEST_F(LoopTest, AfterStopEverythingIsUnavailable) {
  loop_->Stop();
  EXPECT_TRUE(absl::IsUnavailable(Submit("r1")));
  auto stream = std::make_shared<Stream>();
  loop_->TakeReport(stream, {"w1", 1, {}, {}});
  EXPECT_TRUE(absl::IsUnavailable(stream->closed.get_future().get()));
}

}  // namespace
}  // namespace nepa::coordinator
