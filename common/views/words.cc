#include "common/views/words.h"

#include "absl/strings/strip.h"

namespace nepa::views {
namespace {

std::string WithoutPrefix(const std::string& name, absl::string_view prefix) {
  const absl::string_view word = absl::StripPrefix(name, prefix);
  return name.empty() || word == "UNSPECIFIED" ? "UNKNOWN" : std::string(word);
}

}  // namespace

std::string PhaseWord(v1::Phase phase) { return WithoutPrefix(v1::Phase_Name(phase), "PHASE_"); }

std::string StateWord(v1::CheckpointState state) {
  return WithoutPrefix(v1::CheckpointState_Name(state), "CHECKPOINT_STATE_");
}

std::string StateWord(v1::WorkerState state) {
  return WithoutPrefix(v1::WorkerState_Name(state), "WORKER_STATE_");
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

}  // namespace nepa::views
