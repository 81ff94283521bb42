// A part of a job's way that took time, as whoever went it measured it: what `nepactl trace` shows.
//
// Spans ride on what is sent anyhow. They tell a story, and decide nothing.
//
// Pure: no I/O.
#ifndef NEPA_COMMON_FRAMES_SPAN_H_
#define NEPA_COMMON_FRAMES_SPAN_H_

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace nepa::frames {

struct Span {
  std::string thread;  // "train", "data", "checkpoint": those of one thread nest or follow
  std::string name;    // what was done: "load model"
  absl::Time begin;    // by the clock of the machine; whole microseconds, from 1970 on
  absl::Duration duration;
  bool operator==(const Span&) const = default;
};

// In one frame or message, and of a thread or name, in bytes.
inline constexpr size_t kMaxSpans = 64;
inline constexpr size_t kMaxSpanNameBytes = 64;

// INVALID_ARGUMENT for a span that no clock can have measured, or that is too long to keep.
absl::Status CheckSpan(const Span& span);

// [{thread, name, begin_us, duration_us}], the first kMaxSpans of them.
nlohmann::json SpansJson(const std::vector<Span>& spans);

// The key `spans` of `frame`; none where it is missing. `what` names the frame in messages.
absl::StatusOr<std::vector<Span>> ReadSpans(const nlohmann::json& frame, const std::string& what);

}  // namespace nepa::frames

#endif  // NEPA_COMMON_FRAMES_SPAN_H_
