#include "cli/format.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nepa::cli {
namespace {

TEST(FormatTest, CountsHaveCommasBetweenThousands) {
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(999), "999");
  EXPECT_EQ(CountText(1000), "1,000");
  EXPECT_EQ(CountText(1234567), "1,234,567");
  EXPECT_EQ(CountText(-123), "-123");
  EXPECT_EQ(CountText(-1234), "-1,234");
}

TEST(FormatTest, SizesTakeTheUnitThatLeavesAtMostThreeDigits) {
  EXPECT_EQ(BytesText(0), "0 B");
  EXPECT_EQ(BytesText(1023), "1023 B");
  EXPECT_EQ(BytesText(1024), "1.0 KiB");
  EXPECT_EQ(BytesText(10 * 1024), "10 KiB");
  EXPECT_EQ(BytesText(1024 * 1024 - 1), "1.0 MiB");
  EXPECT_EQ(BytesText(int64_t{5} << 30), "5.0 GiB");
}

TEST(FormatTest, AgesAreOneUnitAndNeverNegative) {
  EXPECT_EQ(AgeText(absl::Seconds(-3)), "0s");
  EXPECT_EQ(AgeText(absl::Seconds(59)), "59s");
  EXPECT_EQ(AgeText(absl::Seconds(60)), "1m");
  EXPECT_EQ(AgeText(absl::Hours(47)), "47h");
  EXPECT_EQ(AgeText(absl::Hours(48)), "2d");
}

TEST(FormatTest, DurationsAreTwoUnits) {
  EXPECT_EQ(DurationText(absl::Seconds(4)), "4s");
  EXPECT_EQ(DurationText(absl::Seconds(125)), "2m05s");
  EXPECT_EQ(DurationText(absl::Minutes(67)), "1h07m");
  EXPECT_EQ(DurationText(absl::Hours(76)), "3d04h");
}

TEST(FormatTest, TimesAreRfc3339InUtc) {
  EXPECT_EQ(TimeText(absl::FromUnixMillis(1764022865123)), "2025-11-24T22:21:05.123Z");
  EXPECT_EQ(TimeText(absl::FromUnixSeconds(0)), "1970-01-01T00:00:00.000Z");
}

TEST(FormatTest, MetricsAreWrittenAsTheirKindIsRead) {
  EXPECT_EQ(MetricText("loss", -0.91234), "-0.9123");
  EXPECT_EQ(MetricText("knn_top1_block_3", 0.7777), "77.8 %");
  EXPECT_EQ(MetricText("miou", 0.5), "50.0 %");
  EXPECT_EQ(MetricText("learning_rate", 0.0015), "1.50e-03");
  EXPECT_EQ(MetricText("images_per_second", 1490.4), "1,490");
  EXPECT_EQ(MetricText("images_per_second", 1.96), "2.0");
  EXPECT_EQ(MetricText("loss", std::nan("")), "nan");
}

TEST(FormatTest, AShellReadsQuotedWordsBackAsTheyWere) {
  EXPECT_EQ(ShellCommand({"nepactl", "run", "a file.yaml", "--set", "x={min: 1}", "it's", ""}),
            R"(nepactl run 'a file.yaml' --set 'x={min: 1}' 'it'\''s' '')");
}

}  // namespace
}  // namespace nepa::cli
