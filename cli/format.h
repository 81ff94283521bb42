// Numbers, sizes, times and durations as people read them.
//
// Pure: no clock, no locale. Any thread.
#ifndef NEPA_CLI_FORMAT_H_
#define NEPA_CLI_FORMAT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/views/words.h"

namespace nepa::cli {

// "1,234,567".
std::string CountText(int64_t count);

// "0 B", "1.5 KiB", "12 MiB": three digits at most before the unit grows.
std::string BytesText(int64_t bytes);

// The age of a thing in one unit: "5s", "12m", "3h", "9d". Negative counts as zero.
std::string AgeText(absl::Duration age);

// How long something lasts or lasted, in two units: "4s", "2m05s", "1h07m", "3d04h".
std::string DurationText(absl::Duration duration);

using views::TimeText;

// The value of a metric by its fixed name: accuracies as "77.8 %", learning_rate as "1.5e-03",
// images_per_second as "1,490", all else with four digits after the point. Not a number: "nan".
std::string MetricText(absl::string_view name, double value);

// A word of a command line as a POSIX shell reads it back: quoted only where it must be.
std::string ShellQuoted(absl::string_view word);
std::string ShellCommand(const std::vector<std::string>& words);

}  // namespace nepa::cli

#endif  // NEPA_CLI_FORMAT_H_
