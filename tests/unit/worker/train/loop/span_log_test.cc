#include "worker/train/loop/span_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nepa::loop {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::Time kBegin = absl::FromUnixSeconds(1'700'000'000);

TEST(SpanLog, GivesEachSpanOnceInWholeMicroseconds) {
  SpanLog log;
  log.Add("train", "load", kBegin + absl::Nanoseconds(1500), absl::Nanoseconds(2999));
  EXPECT_THAT(log.Take(), ElementsAre(frames::Span{"train", "load", kBegin + absl::Microseconds(1),
                                                   absl::Microseconds(2)}));
  EXPECT_THAT(log.Take(), IsEmpty());
}

TEST(SpanLog, KeepsNoMoreThanAFrameCarriesAndNothingThatAWorkerWouldRefuse) {
  SpanLog log;
  log.Add("train", "back in time", kBegin, absl::Milliseconds(-1));
  log.Add("train", "before all clocks", absl::UnixEpoch() - absl::Seconds(1), absl::Seconds(1));
  EXPECT_THAT(log.Take(), IsEmpty());
  for (int i = 0; i < 100; ++i) log.Add("train", "step", kBegin, absl::Seconds(1));
  EXPECT_THAT(log.Take(), SizeIs(frames::kMaxSpans));
}

TEST(Timed, MeasuresItsBlock) {
  SpanLog log;
  const absl::Time before = absl::Now();
  { const Timed timed(log, "data", "open"); }
  const std::vector<frames::Span> spans = log.Take();
  ASSERT_THAT(spans, SizeIs(1));
  EXPECT_EQ(spans[0].thread, "data");
  EXPECT_EQ(spans[0].name, "open");
  EXPECT_GE(spans[0].begin, before - absl::Microseconds(1));
}

}  // namespace
}  // namespace nepa::loop
