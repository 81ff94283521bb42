#include "worker/agent/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace nepa::agent {
namespace {

using exchange::AttemptId;
using exchange::OutboxItem;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1000);

exchange::RankMetrics Point(int64_t step, const char* name = "loss") {
  return {{"j1", 1}, kNow, {step, {{name, 1.0}}}};
}
exchange::RankCheckpoint Checkpoint(int64_t step) {
  exchange::RankCheckpoint written{{"j1", 1}, kNow, {}};
  written.checkpoint.step = step;
  return written;
}

// Everything the outbox holds, acknowledging as it comes.
std::vector<OutboxItem> Drain(Outbox& outbox) {
  std::vector<OutboxItem> all;
  while (!outbox.empty()) {
    std::vector<OutboxItem> items = outbox.Take(kNow);
    EXPECT_LE(items.size(), exchange::kMaxOutboxItems);
    if (items.empty()) break;
    outbox.Acknowledge(items.back().number);
    all.insert(all.end(), items.begin(), items.end());
  }
  return all;
}

TEST(Outbox, ItemsAreSentOnceOnAConnectionAndKeptUntilAcknowledged) {
  Outbox outbox;
  outbox.Add(Checkpoint(1));
  outbox.Add(Checkpoint(2));
  EXPECT_THAT(outbox.Take(kNow), SizeIs(2));
  EXPECT_THAT(outbox.Take(kNow), IsEmpty());
  outbox.Acknowledge(1);
  outbox.ConnectionLost();
  const std::vector<OutboxItem> again = outbox.Take(kNow);
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].number, 2);
  outbox.Acknowledge(2);
  EXPECT_TRUE(outbox.empty());
}

TEST(Outbox, AnItemWithoutAcknowledgementIsSentAgainAfterAWhile) {
  Outbox outbox;
  outbox.Add(Checkpoint(1));
  EXPECT_THAT(outbox.Take(kNow), SizeIs(1));
  EXPECT_FALSE(outbox.HasUnsent(kNow + absl::Seconds(1)));
  EXPECT_TRUE(outbox.HasUnsent(kNow + absl::Seconds(2)));
  EXPECT_THAT(outbox.Take(kNow + absl::Seconds(2)), SizeIs(1));
}

TEST(Outbox, NumbersAreDenseAndInOrderWhateverWasThinned) {
  Outbox outbox;
  for (int64_t step = 0; step < 5000; ++step) {
    outbox.Add(Point(step));
    if (step % 100 == 0) outbox.Add(Checkpoint(step));
  }
  int64_t expected = 1;
  int64_t last_step = -1;
  for (const OutboxItem& item : Drain(outbox)) {
    EXPECT_EQ(item.number, expected++);
    if (const auto* point = std::get_if<exchange::RankMetrics>(&item.what)) {
      EXPECT_GT(point->metrics.step, last_step);
      last_step = point->metrics.step;
    }
  }
  EXPECT_EQ(last_step, 4999);
}

TEST(Outbox, ThinningKeepsEveryCheckpointAndExitAndRareMetrics) {
  Outbox outbox;
  for (int64_t step = 0; step < 100000; ++step) {
    outbox.Add(Point(step));
    if (step % 10000 == 0) {
      outbox.Add(Checkpoint(step));
      outbox.Add(exchange::RankExited{{"j1", step}, 0, {}, {}});
    }
  }
  outbox.Add(Point(100000, "knn_top1"));
  EXPECT_LE(outbox.size(), kMaxWaitingMetrics + 21);
  int checkpoints = 0, exits = 0, knn = 0, points = 0;
  for (const OutboxItem& item : Drain(outbox)) {
    checkpoints += std::holds_alternative<exchange::RankCheckpoint>(item.what);
    exits += std::holds_alternative<exchange::RankExited>(item.what);
    if (const auto* point = std::get_if<exchange::RankMetrics>(&item.what)) {
      ++points;
      knn += static_cast<int>(point->metrics.values.count("knn_top1"));
    }
  }
  EXPECT_EQ(checkpoints, 10);
  EXPECT_EQ(exits, 10);
  EXPECT_EQ(knn, 1);
  EXPECT_GE(points, static_cast<int>(kMaxWaitingMetrics) / 2);
}

TEST(Outbox, MetricsThatNeverRepeatANameAreBoundedToo) {
  Outbox outbox;
  for (int64_t step = 0; step < 5000; ++step) {
    outbox.Add(Point(step, ("m" + std::to_string(step)).c_str()));
  }
  EXPECT_LE(outbox.size(), kMaxWaitingMetrics);
}

TEST(Outbox, AtMostOneReportfulIsOnItsWay) {
  Outbox outbox;
  for (int64_t step = 0; step < 600; ++step) outbox.Add(Checkpoint(step));
  EXPECT_THAT(outbox.Take(kNow), SizeIs(256));
  EXPECT_FALSE(outbox.HasUnsent(kNow));
  outbox.Acknowledge(100);
  EXPECT_TRUE(outbox.HasUnsent(kNow));
  EXPECT_THAT(outbox.Take(kNow), SizeIs(100));
}

TEST(Outbox, KnowsWhetherAnExitIsStillHeld) {
  Outbox outbox;
  const AttemptId attempt{"j1", 3};
  EXPECT_FALSE(outbox.HoldsExitOf(attempt));
  outbox.Add(exchange::RankExited{attempt, 0, {}, {}});
  EXPECT_TRUE(outbox.HoldsExitOf(attempt));
  outbox.Take(kNow);
  EXPECT_TRUE(outbox.HoldsExitOf(attempt));
  outbox.Acknowledge(1);
  EXPECT_FALSE(outbox.HoldsExitOf(attempt));
}

}  // namespace
}  // namespace nepa::agent
