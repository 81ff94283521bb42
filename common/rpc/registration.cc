#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/rpc/exchange.h"
#include "common/rpc/time.h"

namespace nepa::rpc {
namespace {

constexpr size_t kMaxNameBytes = 253;  // of a host name; of a label and what it says
constexpr size_t kMaxAddressBytes = 300;
constexpr int kMaxLabels = 64;

absl::Status CheckLabels(const v1::RegisterRequest& message) {
  bool fit = message.labels_size() <= kMaxLabels;
  for (const auto& [name, value] : message.labels()) {
    fit = fit && name.size() <= kMaxNameBytes && value.size() <= kMaxNameBytes;
  }
  if (fit) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("registration of worker ", message.name(),
                                                 ": \"labels\" may be ", kMaxLabels, " of ",
                                                 kMaxNameBytes, " bytes"));
}

}  // namespace

v1::RegisterRequest ToMessage(const exchange::Registration& registration) {
  v1::RegisterRequest message;
  message.set_name(registration.name);
  message.set_address(registration.address);
  message.set_http_address(registration.http_address);
  message.set_slots(registration.slots);
  message.set_device(registration.device);
  message.mutable_labels()->insert(registration.labels.begin(), registration.labels.end());
  message.set_version(registration.version);
  return message;
}

absl::StatusOr<exchange::Registration> FromMessage(const v1::RegisterRequest& message) {
  if (message.name().empty() || message.name().size() > kMaxNameBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("registration: \"name\" must have 1 to ", kMaxNameBytes, " bytes"));
  }
  if (message.slots() < 1 || message.slots() > kMaxRanks) {
    return absl::InvalidArgumentError(absl::StrCat("registration of worker ", message.name(),
                                                   ": \"slots\" must be 1 to ", kMaxRanks, ", got ",
                                                   message.slots()));
  }
  if (message.device() != "cpu" && message.device() != "cuda") {
    return absl::InvalidArgumentError(absl::StrCat("registration of worker ", message.name(),
                                                   ": \"device\" must be cpu or cuda, got \"",
                                                   message.device(), "\""));
  }
  for (const std::string* text :
       {&message.address(), &message.http_address(), &message.version()}) {
    if (text->size() <= kMaxAddressBytes) continue;
    return absl::InvalidArgumentError(absl::StrCat("registration of worker ", message.name(),
                                                   ": addresses and version may have ",
                                                   kMaxAddressBytes, " bytes, got ", text->size()));
  }
  NEPA_RETURN_IF_ERROR(CheckLabels(message));
  exchange::Registration registration;
  registration.name = message.name();
  registration.address = message.address();
  registration.http_address = message.http_address();
  registration.slots = message.slots();
  registration.device = message.device();
  registration.labels.insert(message.labels().begin(), message.labels().end());
  registration.version = message.version();
  return registration;
}

v1::RegisterResponse ToMessage(const exchange::Registered& registered) {
  v1::RegisterResponse message;
  message.set_worker_id(registered.worker_id);
  message.set_incarnation(registered.incarnation);
  *message.mutable_report_interval() = ToMessage(registered.report_interval);
  *message.mutable_lease() = ToMessage(registered.lease);
  message.set_storage(registered.storage);
  return message;
}

absl::StatusOr<exchange::Registered> FromMessage(const v1::RegisterResponse& message) {
  exchange::Registered registered;
  registered.worker_id = message.worker_id();
  registered.incarnation = message.incarnation();
  registered.report_interval = FromMessage(message.report_interval());
  registered.lease = FromMessage(message.lease());
  registered.storage = message.storage();
  if (registered.worker_id.empty() || registered.report_interval <= absl::ZeroDuration() ||
      registered.lease < registered.report_interval) {
    return absl::InvalidArgumentError(
        "answer to a registration: needs \"worker_id\", \"report_interval\" above 0 and \"lease\" "
        "of at least that");
  }
  return registered;
}

}  // namespace nepa::rpc
