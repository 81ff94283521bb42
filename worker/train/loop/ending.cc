#include "worker/train/loop/ending.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/exception_status.h"
#include "common/config/fault.h"

namespace nepa::loop {
namespace {

using frames::ExitKind;

// Holds the Exit frame of the end, without its message.
constexpr char kExitPayload[] = "nepa/exit";

absl::Status Ending(absl::Status status, ExitKind kind, std::vector<frames::Fault> faults) {
  const frames::Exit exit{.kind = kind, .faults = std::move(faults)};
  status.SetPayload(kExitPayload, absl::Cord(frames::Encode(frames::Frame(exit))));
  return status;
}

bool IsBefore(const config::Fault& a, const config::Fault& b) {
  return std::pair(a.position.line, a.position.column) <
         std::pair(b.position.line, b.position.column);
}

}  // namespace

absl::Status EndWith(ExitKind kind, absl::Status status) {
  if (status.ok() || status.GetPayload(kExitPayload).has_value()) return status;
  return Ending(std::move(status), kind, {});
}

void JobFaults::Add(absl::string_view field, absl::string_view message) {
  faults_.push_back(config::FaultAt(job_, std::string(field), std::string(message)));
}

void JobFaults::AddSource(absl::string_view field, const absl::Status& status) {
  if (status.ok()) return;
  if (absl::IsUnavailable(status) || absl::IsResourceExhausted(status)) {
    storage_.Update(status);
  } else {
    Add(field, status.message());
  }
}

absl::Status JobFaults::status() const {
  if (faults_.empty()) return EndWith(ExitKind::kStorage, storage_);
  std::vector<config::Fault> sorted = faults_;
  std::stable_sort(sorted.begin(), sorted.end(), IsBefore);
  std::vector<std::string> lines;
  std::vector<frames::Fault> faults;
  for (const config::Fault& fault : sorted) {
    lines.push_back(config::FormatFault(fault));
    faults.push_back(
        {fault.file, fault.position.line, fault.position.column, fault.field, fault.message});
  }
  return Ending(absl::InvalidArgumentError(absl::StrJoin(lines, "\n")), ExitKind::kInvalidJob,
                std::move(faults));
}

absl::Status JobFault(const config::JobFile& job, absl::string_view field,
                      absl::string_view message) {
  JobFaults faults(job);
  faults.Add(field, message);
  return faults.status();
}

absl::Status SourceFault(const config::JobFile& job, absl::string_view field,
                         const absl::Status& status) {
  JobFaults faults(job);
  faults.AddSource(field, status);
  return faults.status();
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
  frames::Exit exit;
  if (const auto payload = status.GetPayload(kExitPayload); payload.has_value()) {
    const auto frame = frames::DecodeFrame(std::string(*payload));
    if (frame.ok()) exit = std::get<frames::Exit>(*frame);
  }
  exit.message = std::string(status.message());
  return exit;
}

frames::Exit ExitForException(const std::exception& error) {
  const absl::Status status = ExceptionStatus(error, "training");
  return ExitFor(IsOutOfMemory(status) ? MemoryFault() : status);
}

}  // namespace nepa::loop
