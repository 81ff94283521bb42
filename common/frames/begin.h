// What a trainer that waits (`nepa-trainer --standby`) is told on its control pipe, once: which
// rank to become. docs/formats/trainer-frames.md describes it.
//
// Pure: no I/O.
#ifndef NEPA_COMMON_FRAMES_BEGIN_H_
#define NEPA_COMMON_FRAMES_BEGIN_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace nepa::frames {

struct Begin {
  std::string config;  // absolute path of the rank's job.json
  std::string log;     // absolute path of the file that stdout and stderr are appended to
  bool operator==(const Begin&) const = default;
};

// One line, without the newline.
std::string Encode(const Begin& begin);

// INVALID_ARGUMENT for a line that is none.
absl::StatusOr<Begin> DecodeBegin(std::string_view line);

}  // namespace nepa::frames

#endif  // NEPA_COMMON_FRAMES_BEGIN_H_
