#include "worker/train/loop/ending.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "common/base/exception_status.h"
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

namespace {

absl::Status MemoryFault() {
  return EndWith(ExitKind::kOutOfMemory,
                 absl::ResourceExhaustedError(
                     "training needs more memory than there is; set a smaller batch.micro in the "
                     "job file (the gradients of a global batch are then added up over more "
                     "passes)"));
}

}  // namespace

absl::Status LoadingFault(const config::JobFile& job, absl::string_view field,
                          const absl::Status& status) {
  if (IsOutOfMemory(status)) return MemoryFault();
  if (absl::IsInternal(status)) return EndWith(ExitKind::kInternal, status);
  return SourceFault(job, field, status);
}

absl::Status StorageFault(const absl::Status& status) {
  if (IsOutOfMemory(status)) return MemoryFault();
  if (absl::IsInternal(status)) return EndWith(ExitKind::kInternal, status);
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
  const absl::Status status = ExceptionStatus(error, "training");
  return ExitFor(IsOutOfMemory(status) ? MemoryFault() : status);
}

}  // namespace nepa::loop
