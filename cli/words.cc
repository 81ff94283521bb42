#include "cli/words.h"

#include "absl/strings/str_cat.h"

namespace nepa::cli {
Color PhaseColor(v1::Phase phase) {
  switch (phase) {
    case v1::PHASE_RUNNING:
    case v1::PHASE_SUCCEEDED:
      return Color::kGreen;
    case v1::PHASE_FAILED:
      return Color::kRed;
    case v1::PHASE_CANCELLED:
      return Color::kGrey;
    default:
      return Color::kYellow;
  }
}

Color StateColor(v1::CheckpointState state) {
  switch (state) {
    case v1::CHECKPOINT_STATE_AVAILABLE:
      return Color::kGreen;
    case v1::CHECKPOINT_STATE_CORRUPT:
      return Color::kRed;
    default:
      return Color::kGrey;
  }
}

Color StateColor(v1::WorkerState state) {
  switch (state) {
    case v1::WORKER_STATE_READY:
      return Color::kGreen;
    case v1::WORKER_STATE_LOST:
      return Color::kRed;
    default:
      return Color::kYellow;
  }
}

bool IsFinal(v1::Phase phase) {
  return phase == v1::PHASE_SUCCEEDED || phase == v1::PHASE_FAILED || phase == v1::PHASE_CANCELLED;
}

std::string JobTitle(const v1::Job& job) {
  return job.id().empty() ? job.name() : absl::StrCat(job.id(), " ", job.name());
}

}  // namespace nepa::cli
