#include "common/frames/span.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/frames/json_fields.h"

namespace nepa::frames {
namespace {

using nlohmann::json;

// A span that is longer, or begins later, is no measurement.
constexpr absl::Duration kLongest = absl::Hours(24 * 3660);

bool IsWord(const std::string& word) { return !word.empty() && word.size() <= kMaxSpanNameBytes; }

}  // namespace

absl::Status CheckSpan(const Span& span) {
  if (!IsWord(span.thread) || !IsWord(span.name)) {
    return absl::InvalidArgumentError(absl::StrCat("a span's thread and name have 1 to ",
                                                   kMaxSpanNameBytes, " bytes, got ",
                                                   span.thread.size(), " and ", span.name.size()));
  }
  const bool measured = span.begin >= absl::UnixEpoch() &&
                        span.begin < absl::FromUnixSeconds(int64_t{1} << 33) &&
                        span.duration >= absl::ZeroDuration() && span.duration < kLongest;
  if (measured) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "span \"", span.name, "\" begins at ", absl::FormatTime(span.begin, absl::UTCTimeZone()),
      " and takes ", absl::FormatDuration(span.duration), ", which no clock can have measured"));
}

json SpansJson(const std::vector<Span>& spans) {
  json all = json::array();
  for (const Span& span : spans) {
    if (all.size() == kMaxSpans) break;
    all.push_back({{"thread", span.thread},
                   {"name", span.name},
                   {"begin_us", absl::ToUnixMicros(span.begin)},
                   {"duration_us", absl::ToInt64Microseconds(span.duration)}});
  }
  return all;
}

absl::StatusOr<std::vector<Span>> ReadSpans(const json& frame, const std::string& what) {
  std::vector<Span> spans;
  const auto all = frame.find("spans");
  if (all == frame.end()) return spans;
  if (!all->is_array() || all->size() > kMaxSpans) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": \"spans\" must be an array of at most ", kMaxSpans));
  }
  for (const json& object : *all) {
    if (!object.is_object()) {
      return absl::InvalidArgumentError(absl::StrCat(what, ": \"spans\" must hold objects"));
    }
    const std::string inner = absl::StrCat("span of a ", what);
    JsonFields fields(object, inner);
    Span span;
    span.thread = fields.Text("thread");
    span.name = fields.Text("name");
    span.begin = absl::FromUnixMicros(fields.Count("begin_us"));
    span.duration = absl::Microseconds(fields.Count("duration_us"));
    if (!fields.status().ok()) return fields.status();
    if (absl::Status status = CheckSpan(span); !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(what, ": ", status.message()));
    }
    spans.push_back(std::move(span));
  }
  return spans;
}

}  // namespace nepa::frames
