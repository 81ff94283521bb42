// The words for the ends of a rank, and which of them are the job's own fault.
#include <algorithm>
#include <array>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/frames/frames.h"

namespace nepa::frames {
namespace {

struct Row {
  ExitKind kind;
  std::string_view name;
  bool fault_of_job;
};

constexpr std::array<Row, 12> kRows = {{
    {ExitKind::kSucceeded, "succeeded", false},
    {ExitKind::kStopped, "stopped", false},
    {ExitKind::kInvalidJob, "invalid_job", true},
    {ExitKind::kOutOfMemory, "out_of_memory", true},
    {ExitKind::kNotFinite, "not_finite", true},
    {ExitKind::kCollapsed, "collapsed", true},
    {ExitKind::kDamagedCheckpoint, "damaged_checkpoint", false},
    {ExitKind::kStorage, "storage", false},
    {ExitKind::kCollective, "collective", false},
    {ExitKind::kLostWorker, "lost_worker", false},
    {ExitKind::kKilled, "killed", false},
    {ExitKind::kInternal, "internal", false},
}};

const Row& RowOf(ExitKind kind) {
  const auto row =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.kind == kind; });
  return row == kRows.end() ? kRows.back() : *row;
}

}  // namespace

bool IsFaultOfJob(ExitKind kind) { return RowOf(kind).fault_of_job; }

std::string_view Name(ExitKind kind) { return RowOf(kind).name; }

absl::StatusOr<ExitKind> ParseExitKind(std::string_view name) {
  const auto row =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.name == name; });
  if (row != kRows.end()) return row->kind;
  return absl::InvalidArgumentError(
      absl::StrCat("unknown kind of exit \"", absl::string_view(name.data(), name.size()), "\""));
}

}  // namespace nepa::frames
