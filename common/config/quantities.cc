#include "common/config/quantities.h"

#include <charconv>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/config/node.h"

namespace nepa::config {
namespace {

constexpr int64_t kMostCount = 1'000'000'000;
constexpr absl::Duration kLongest = absl::Hours(24 * 366 * 10);

template <typename T>
std::optional<T> ReadAll(absl::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  T value{};
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

struct Unit {
  absl::string_view name;
  absl::Duration duration;
};
constexpr Unit kUnits[] = {
    {"ms", absl::Milliseconds(1)}, {"s", absl::Seconds(1)},       {"sec", absl::Seconds(1)},
    {"second", absl::Seconds(1)},  {"seconds", absl::Seconds(1)}, {"m", absl::Minutes(1)},
    {"min", absl::Minutes(1)},     {"minute", absl::Minutes(1)},  {"minutes", absl::Minutes(1)},
    {"h", absl::Hours(1)},         {"hour", absl::Hours(1)},      {"hours", absl::Hours(1)},
    {"d", absl::Hours(24)},        {"day", absl::Hours(24)},      {"days", absl::Hours(24)},
};

absl::string_view TakeWhile(absl::string_view& text, bool (*belongs)(unsigned char)) {
  size_t count = 0;
  while (count < text.size() && belongs(text[count])) ++count;
  const absl::string_view taken = text.substr(0, count);
  text.remove_prefix(count);
  return taken;
}

bool BelongsToNumber(unsigned char c) { return absl::ascii_isdigit(c) || c == '.'; }
bool BelongsToUnit(unsigned char c) { return absl::ascii_isalpha(c); }
bool IsSpace(unsigned char c) { return c == ' '; }

// `N epochs`, with `unit` in singular.
std::optional<int64_t> ReadCount(absl::string_view text, absl::string_view unit) {
  if (!absl::ConsumeSuffix(&text, absl::StrCat(unit, "s")) && !absl::ConsumeSuffix(&text, unit)) {
    return std::nullopt;
  }
  const std::optional<int64_t> count = ReadWhole(absl::StripAsciiWhitespace(text));
  if (!count || *count < 0 || *count > kMostCount) return std::nullopt;
  return count;
}

}  // namespace

std::optional<int64_t> ReadWhole(absl::string_view text) { return ReadAll<int64_t>(text); }

std::optional<uint64_t> ReadUnsigned(absl::string_view text) { return ReadAll<uint64_t>(text); }

std::optional<double> ReadReal(absl::string_view text) {
  // from_chars also takes "inf" and "nan".
  if (text.find_first_not_of("+-.0123456789eE") != absl::string_view::npos) return std::nullopt;
  return ReadAll<double>(text);
}

std::optional<double> ReadShare(absl::string_view text) {
  if (!absl::ConsumeSuffix(&text, "%")) return ReadReal(text);
  text = absl::StripTrailingAsciiWhitespace(text);
  if (text.find_first_of("eE") != absl::string_view::npos) return std::nullopt;
  if (!ReadReal(text)) return std::nullopt;
  return ReadReal(absl::StrCat(text, "e-2"));  // exactly what 0.025 would be
}

std::optional<int64_t> ReadPriority(absl::string_view text) {
  if (text == "low") return 250;
  if (text == "normal") return 500;
  if (text == "high") return 750;
  const std::optional<int64_t> number = ReadWhole(text);
  return number && *number >= 0 && *number <= 1000 ? number : std::nullopt;
}

std::optional<absl::Duration> ReadDuration(absl::string_view text) {
  absl::Duration sum;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const std::optional<double> count = ReadReal(TakeWhile(text, BelongsToNumber));
    TakeWhile(text, IsSpace);
    const absl::string_view name = TakeWhile(text, BelongsToUnit);
    TakeWhile(text, IsSpace);
    const Unit* unit = nullptr;
    for (const Unit& candidate : kUnits) {
      if (candidate.name == name) unit = &candidate;
    }
    if (!count || unit == nullptr) return std::nullopt;
    sum += *count * unit->duration;
    if (sum > kLongest) return std::nullopt;
  }
  return absl::Trunc(sum, absl::Milliseconds(1));
}

std::optional<Interval> ReadInterval(absl::string_view text) {
  Interval interval;
  if (const auto epochs = ReadCount(text, "epoch")) {
    interval.unit = Interval::Unit::kEpochs;
    interval.count = *epochs;
  } else if (const auto steps = ReadCount(text, "step")) {
    interval.unit = Interval::Unit::kSteps;
    interval.count = *steps;
  } else if (const auto time = ReadDuration(text)) {
    interval.unit = Interval::Unit::kTime;
    interval.time = *time;
    if (interval.time < absl::Seconds(1)) return std::nullopt;
    return interval;
  } else {
    return std::nullopt;
  }
  if (interval.count < 1) return std::nullopt;
  return interval;
}

std::string FormatInterval(const Interval& interval) {
  switch (interval.unit) {
    case Interval::Unit::kTime:
      return absl::FormatDuration(interval.time);
    case Interval::Unit::kEpochs:
      return absl::StrCat(interval.count, interval.count == 1 ? " epoch" : " epochs");
    case Interval::Unit::kSteps:
      break;
  }
  return absl::StrCat(interval.count, interval.count == 1 ? " step" : " steps");
}

std::optional<Warmup> ReadWarmup(absl::string_view text) {
  Warmup warmup{.fraction = std::nullopt};
  if (const auto steps = ReadCount(text, "step")) {
    warmup.steps = *steps;
    return warmup;
  }
  if (const auto steps = ReadWhole(text)) {
    if (*steps < 0 || *steps > kMostCount) return std::nullopt;
    warmup.steps = *steps;
    return warmup;
  }
  warmup.fraction = ReadShare(text);
  if (!warmup.fraction || *warmup.fraction < 0 || *warmup.fraction > 1) return std::nullopt;
  return warmup;
}

std::string FormatWarmup(const Warmup& warmup) {
  if (!warmup.fraction) {
    return absl::StrCat(warmup.steps, warmup.steps == 1 ? " step" : " steps");
  }
  // Ten digits drop the dust of the multiplication: 7.000000000000001%.
  const std::string percent =
      absl::StrCat(FormatReal(std::round(*warmup.fraction * 1e10) / 1e8), "%");
  if (ReadShare(percent) == warmup.fraction) return percent;
  std::string share = FormatReal(*warmup.fraction);
  if (share.find_first_of(".e") == std::string::npos) share += ".0";
  return share;
}

}  // namespace nepa::config
