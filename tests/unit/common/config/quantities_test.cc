#include "common/config/quantities.h"

#include <gtest/gtest.h>

#include <limits>

namespace nepa::config {
namespace {

TEST(Quantities, WholeNumbersAreDigitsWithASignAndNothingElse) {
  EXPECT_EQ(ReadWhole("42"), 42);
  EXPECT_EQ(ReadWhole("+42"), 42);
  EXPECT_EQ(ReadWhole("-42"), -42);
  EXPECT_EQ(ReadWhole("9223372036854775807"), std::numeric_limits<int64_t>::max());
  for (const char* wrong : {"", "+", "+-1", "--1", "1.0", "1e3", "0x10", " 1", "1 ", "1_000",
                            "9223372036854775808", "one"}) {
    EXPECT_FALSE(ReadWhole(wrong)) << wrong;
  }
}

TEST(Quantities, RealNumbersAreFiniteDecimals) {
  EXPECT_EQ(ReadReal("3e-4"), 3e-4);
  EXPECT_EQ(ReadReal("+.5"), 0.5);
  EXPECT_EQ(ReadReal("1."), 1.0);
  for (const char* wrong :
       {"", "inf", "-inf", "nan", ".inf", ".nan", "0x1p3", "1e999", "1,5", "1 ", "e3", "-"}) {
    EXPECT_FALSE(ReadReal(wrong)) << wrong;
  }
}

TEST(Quantities, APercentageIsExactlyTheDecimalItStandsFor) {
  EXPECT_EQ(ReadShare("2.5%"), 0.025);
  EXPECT_EQ(ReadShare("3.3%"), 0.033);
  EXPECT_EQ(ReadShare("0.7%"), 0.007);
  EXPECT_EQ(ReadShare("7 %"), 0.07);
  EXPECT_EQ(ReadShare("0.025"), 0.025);
  for (const char* wrong : {"%", "2.5%%", "1e1%", "a%"}) EXPECT_FALSE(ReadShare(wrong)) << wrong;
}

TEST(Quantities, PrioritiesAreThreeWordsOrANumberUpToAThousand) {
  EXPECT_EQ(ReadPriority("low"), 250);
  EXPECT_EQ(ReadPriority("normal"), 500);
  EXPECT_EQ(ReadPriority("high"), 750);
  EXPECT_EQ(ReadPriority("0"), 0);
  EXPECT_EQ(ReadPriority("1000"), 1000);
  for (const char* wrong : {"", "High", "-1", "1001", "5.0"}) {
    EXPECT_FALSE(ReadPriority(wrong)) << wrong;
  }
}

TEST(Quantities, DurationsAddUpNumbersWithUnits) {
  EXPECT_EQ(ReadDuration("30m"), absl::Minutes(30));
  EXPECT_EQ(ReadDuration("1h30m"), absl::Minutes(90));
  EXPECT_EQ(ReadDuration("1 hour 30 minutes"), absl::Minutes(90));
  EXPECT_EQ(ReadDuration("1.5h"), absl::Minutes(90));
  EXPECT_EQ(ReadDuration("90s"), absl::Seconds(90));
  EXPECT_EQ(ReadDuration("2d"), absl::Hours(48));
  EXPECT_EQ(ReadDuration("1500ms"), absl::Milliseconds(1500));
  for (const char* wrong : {"", "30", "m", "30 parsecs", "-30m", "30m!", "1..5h", "1e3s", "11000d",
                            "99999999999999999999999999999h"}) {
    EXPECT_FALSE(ReadDuration(wrong)) << wrong;
  }
}

TEST(Quantities, IntervalsAreTimesEpochsOrSteps) {
  EXPECT_EQ(ReadInterval("30m"), (Interval{Interval::Unit::kTime, absl::Minutes(30), 0}));
  EXPECT_EQ(ReadInterval("10 epochs"), (Interval{Interval::Unit::kEpochs, {}, 10}));
  EXPECT_EQ(ReadInterval("1 epoch"), (Interval{Interval::Unit::kEpochs, {}, 1}));
  EXPECT_EQ(ReadInterval("500steps"), (Interval{Interval::Unit::kSteps, {}, 500}));
  for (const char* wrong : {"", "10", "0 epochs", "-1 steps", "0s", "10ms", "1.5 epochs", "epochs",
                            "10 epochs 5 steps", "9999999999 steps"}) {
    EXPECT_FALSE(ReadInterval(wrong)) << wrong;
  }
}

TEST(Quantities, IntervalsReadBackAsTheyAreWritten) {
  for (const char* text : {"30m", "1h30m", "1.5s", "48h", "10 epochs", "1 step", "1.001s"}) {
    const auto interval = ReadInterval(text);
    ASSERT_TRUE(interval) << text;
    EXPECT_EQ(ReadInterval(FormatInterval(*interval)), interval);
  }
  EXPECT_EQ(FormatInterval({Interval::Unit::kTime, absl::Minutes(90), 0}), "1h30m");
}

TEST(Quantities, WarmupsAreSharesOrSteps) {
  EXPECT_EQ(ReadWarmup("2.5%"), (Warmup{0.025, 0}));
  EXPECT_EQ(ReadWarmup("0.2"), (Warmup{0.2, 0}));
  EXPECT_EQ(ReadWarmup("1.0"), (Warmup{1.0, 0}));
  EXPECT_EQ(ReadWarmup("1"), (Warmup{std::nullopt, 1}));
  EXPECT_EQ(ReadWarmup("500 steps"), (Warmup{std::nullopt, 500}));
  EXPECT_EQ(ReadWarmup("0"), (Warmup{std::nullopt, 0}));
  for (const char* wrong : {"", "-1", "1.5", "101%", "-1%", "10 epochs", "9999999999"}) {
    EXPECT_FALSE(ReadWarmup(wrong)) << wrong;
  }
}

TEST(Quantities, WarmupsReadBackAsTheyAreWritten) {
  EXPECT_EQ(FormatWarmup({0.025, 0}), "2.5%");
  EXPECT_EQ(FormatWarmup({0.07, 0}), "7%");
  EXPECT_EQ(FormatWarmup({std::nullopt, 500}), "500 steps");
  for (const double share : {0.0, 1.0, 1.0 / 3, 0.1 + 0.2, 1e-9, 0.029}) {
    EXPECT_EQ(ReadWarmup(FormatWarmup({share, 0})), (Warmup{share, 0})) << share;
  }
}

}  // namespace
}  // namespace nepa::config
