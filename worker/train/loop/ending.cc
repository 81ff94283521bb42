#include "worker/train/loop/ending.h"

#include <new>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/config/fault.h"

namespace nepa::loop {
namespace {

using frames::ExitKind;

constexpr char kKindPayload[] = "nepa/exit_kind";

}  // namespace

absl::Status EndWith(ExitKind kind, absl::Status status) {
  if (!status.ok() && !status.GetPayload(kKindPayload).has_value()) {
    status.SetPayload(kKindPayload, absl::Cord(std::string(frames::Name(kind))));
  }
  return status;
}

absl::Status JobFault(const config::JobFile& job, absl::string_view field,
                      absl::string_view message) {
  return EndWith(ExitKind::kInvalidJob, absl::InvalidArgumentError(config::FormatFaultAt(
                                            job, std::string(field), std::string(message))));
}

absl::Status SourceFault(const config::JobFile& job, absl::string_view field,
                         const absl::Status& status) {
  if (status.code() == absl::StatusCode::kUnavailable ||
      status.code() == absl::StatusCode::kResourceExhausted) {
    return EndWith(ExitKind::kStorage, status);
  }
  return JobFault(job, field, status.message());
}

absl::Status StorageFault(const absl::Status& status) {
  if (status.code() != absl::StatusCode::kResourceExhausted) {
    return EndWith(ExitKind::kStorage, status);
  }
  return EndWith(ExitKind::kStorage,
                 absl::ResourceExhaustedError(absl::StrCat(
                     status.message(),
                     ". Make room on the storage; the job then resumes from its last checkpoint")));
}

frames::Exit ExitFor(const absl::Status& status) {
  if (status.ok()) return {ExitKind::kSucceeded, ""};
  ExitKind kind = ExitKind::kInternal;
  if (const auto payload = status.GetPayload(kKindPayload); payload.has_value()) {
    const auto parsed = frames::ParseExitKind(std::string(*payload));
    if (parsed.ok()) kind = *parsed;
  }
  return {kind, std::string(status.message())};
}

frames::Exit ExitForException(const std::exception& error) {
  const absl::string_view what = error.what();
  // LibTorch says so in the words of the device's allocator.
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
      absl::StrContains(what, "can't allocate memory") ||
      absl::StrContains(what, "out of memory")) {
    return {ExitKind::kOutOfMemory,
            "training needs more memory than there is; set a smaller batch.micro in the job file "
            "(the gradients of a global batch are then added up over more passes)"};
  }
  // What follows the first line is LibTorch's stack.
  const std::vector<std::string> lines = absl::StrSplit(what, absl::MaxSplits('\n', 1));
  return {ExitKind::kInternal, lines.front()};
}

}  // namespace nepa::loop
