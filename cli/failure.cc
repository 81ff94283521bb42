#include "cli/failure.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/config/fault.h"
#include "common/rpc/status.h"

namespace nepa::cli {
namespace {

std::string FaultLine(const v1::JobFileFault& fault) {
  return absl::StrCat(config::FormatFault({.file = fault.file(),
                                           .position = {fault.line(), fault.column()},
                                           .field = fault.field(),
                                           .message = fault.message()}),
                      "\n");
}

}  // namespace

absl::Status RefusedFile(const std::vector<v1::JobFileFault>& faults) {
  v1::JobFileFaults message;
  for (const v1::JobFileFault& fault : faults) *message.add_faults() = fault;
  return rpc::WithFaults(
      absl::InvalidArgumentError(absl::StrCat("the job file has ", faults.size(),
                                              faults.size() == 1 ? " fault" : " faults")),
      message);
}

std::vector<v1::JobFileFault> FaultsOf(const absl::Status& status) {
  const std::optional<v1::JobFileFaults> message = rpc::FaultsOf(status);
  if (!message.has_value()) return {};
  return {message->faults().begin(), message->faults().end()};
}

absl::Status LocalFailure(const absl::Status& status, absl::string_view advice) {
  if (status.ok()) return status;
  return absl::InvalidArgumentError(advice.empty() ? std::string(status.message())
                                                   : absl::StrCat(status.message(), "; ", advice));
}

int ExitCodeFor(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitDone;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kAlreadyExists:
      return kExitUsage;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return kExitUnreachable;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kResourceExhausted:
      return kExitNotAllowed;
    case absl::StatusCode::kNotFound:
      return kExitNotFound;
    case absl::StatusCode::kCancelled:
      return kExitInterrupted;
    default:
      return kExitJobFailed;
  }
}

std::string FailureText(const absl::Status& status) {
  const std::vector<v1::JobFileFault> faults = FaultsOf(status);
  if (faults.empty()) return absl::StrCat("nepactl: ", status.message(), "\n");
  std::string text;
  for (const v1::JobFileFault& fault : faults) absl::StrAppend(&text, FaultLine(fault));
  return text;
}

}  // namespace nepa::cli
