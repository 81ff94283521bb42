// Quantities as people write them: 30m, 1h30m, 2.5%, 10 epochs, 500 steps.
//
// Pure. The readers give nothing where the text has another form or leaves the range; the
// formatters write text that reads back as the same value.
#ifndef NEPA_COMMON_CONFIG_QUANTITIES_H_
#define NEPA_COMMON_CONFIG_QUANTITIES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/config/job_spec.h"

namespace nepa::config {

// Decimal digits with an optional sign, and nothing else.
std::optional<int64_t> ReadWhole(absl::string_view text);
std::optional<uint64_t> ReadUnsigned(absl::string_view text);

// A finite decimal number: 0.5, .5, 3e-4. No hexadecimal, inf or nan.
std::optional<double> ReadReal(absl::string_view text);

// ReadReal, or a percentage: 2.5% is 0.025.
std::optional<double> ReadShare(absl::string_view text);

// low (250), normal (500), high (750), or 0 … 1000.
std::optional<int64_t> ReadPriority(absl::string_view text);

// Numbers with units, largest first or not: 90s, 1h30m, 1.5 hours. Units: ms, s, m, h, d and their
// names. To the millisecond; at most ten years.
std::optional<absl::Duration> ReadDuration(absl::string_view text);

// A duration, or `N epochs`, or `N steps`; always more than nothing.
std::optional<Interval> ReadInterval(absl::string_view text);
std::string FormatInterval(const Interval& interval);

// `2.5%`, a number with a decimal point from 0 to 1, a whole number of steps, or `N steps`.
std::optional<Warmup> ReadWarmup(absl::string_view text);
std::string FormatWarmup(const Warmup& warmup);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_QUANTITIES_H_
