#include "common/rpc/status.h"

#include <string>

#include "absl/strings/cord.h"

namespace nepa::rpc {
namespace {

constexpr char kFaultsUrl[] = "type.googleapis.com/nepa.v1.JobFileFaults";

// gRPC sends details and message in headers, which are bounded (8 KiB by default, 64 KiB in our
// channels).
constexpr size_t kMaxMessageBytes = 4 << 10;
constexpr size_t kMaxDetailsBytes = 32 << 10;

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  std::string details;
  if (const auto payload = status.GetPayload(kFaultsUrl)) details = std::string(*payload);
  if (details.size() > kMaxDetailsBytes) {
    // Whole faults from the start, as many as fit.
    v1::JobFileFaults faults;
    if (faults.ParseFromString(details)) {
      while (faults.ByteSizeLong() > kMaxDetailsBytes) faults.mutable_faults()->RemoveLast();
    }
    details = faults.SerializeAsString();
  }
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      std::string(status.message().substr(0, kMaxMessageBytes)), details);
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  if (const std::string details = status.error_details(); !details.empty()) {
    result.SetPayload(kFaultsUrl, absl::Cord(details));
  }
  return result;
}

absl::Status WithFaults(absl::Status status, const v1::JobFileFaults& faults) {
  if (!status.ok()) status.SetPayload(kFaultsUrl, absl::Cord(faults.SerializeAsString()));
  return status;
}

std::optional<v1::JobFileFaults> FaultsOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kFaultsUrl);
  v1::JobFileFaults faults;
  if (!payload.has_value() || !faults.ParseFromString(std::string(*payload))) return std::nullopt;
  return faults;
}

}  // namespace nepa::rpc
