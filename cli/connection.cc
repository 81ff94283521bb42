#include "cli/connection.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/backoff.h"
#include "cli/failure.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/version.h"
#include "common/credentials/client.h"
#include "common/credentials/diagnose.h"
#include "common/rpc/channel.h"
#include "common/rpc/protocol.h"
#include "common/rpc/status.h"

namespace nepa::cli {
namespace {

// So that a request to stop is noticed while a connection is waited for.
constexpr absl::Duration kConnectSlice = absl::Milliseconds(200);
// A stream that stood for so long worked, though nothing may have happened on it.
constexpr absl::Duration kSettledStream = absl::Seconds(5);

// False when asked to stop.
bool Wait(absl::Duration wait, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any condition;
  std::unique_lock<std::mutex> lock(mutex);
  condition.wait_for(lock, stop, absl::ToChronoMilliseconds(wait), [] { return false; });
  return !stop.stop_requested();
}

}  // namespace

Client::Connection::Connection(std::string target, absl::Duration patience,
                               credentials::ClientFiles files)
    : address(std::move(target)),
      timeout(patience),
      doors(std::move(files)),
      shown(credentials::ForClient(doors, address)),
      channel(rpc::MakeChannel(address, shown.ok() ? *shown : nullptr)),
      stub(v1::JobService::NewStub(channel)) {}

std::chrono::system_clock::time_point Client::Connection::Deadline(absl::Duration left) {
  return std::chrono::system_clock::now() + absl::ToChronoMilliseconds(left);
}

bool Client::Connection::WaitForConnection(absl::Duration patience, const std::stop_token& stop) {
  const absl::Time end = SteadyNow() + patience;
  while (!stop.stop_requested()) {
    const absl::Duration left = end - SteadyNow();
    if (left <= absl::ZeroDuration()) return false;
    if (channel->WaitForConnected(Deadline(std::min(left, kConnectSlice)))) return true;
  }
  return false;
}

absl::Status Client::Connection::ClosedDoor() const {
  const std::string why = credentials::Diagnose(doors, address);
  if (why.empty()) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("no connection to the coordinator at ", address, ": ", why));
}

absl::Status Client::Connection::Unreachable() const {
  NEPA_RETURN_IF_ERROR(ClosedDoor());
  return absl::UnavailableError(absl::StrCat(
      "coordinator not reachable at ", address, ": ", credentials::WhyNoConnection(address),
      "; start one with nepa-coordinator --state DIR, name another with --coordinator HOST:PORT or "
      "NEPA_COORDINATOR, or use nepactl run FILE, which needs none"));
}

absl::Status Client::Connection::Translated(const grpc::Status& status) const {
  if (status.ok()) return absl::OkStatus();
  const absl::Status translated = rpc::FromGrpc(status);
  if (const auto faults = rpc::FaultsOf(translated); faults.has_value()) {
    return RefusedFile({faults->faults().begin(), faults->faults().end()});
  }
  if (absl::IsUnimplemented(translated)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the coordinator at ", address, " does not know this request: it is older ",
                     "than this nepactl (version ", kVersion, "); update nepa-coordinator"));
  }
  if (absl::IsUnavailable(translated) || absl::IsDeadlineExceeded(translated)) {
    const char* const what =
        absl::IsUnavailable(translated) ? " could not do it in time" : " gave no answer in time";
    return Annotate(translated, absl::StrCat("the coordinator at ", address, what,
                                             " (--timeout waits longer)"));
  }
  return translated;
}

grpc::Status Client::Connection::Greet(absl::Duration left) {
  if (greeted_) return grpc::Status::OK;
  grpc::ClientContext context;
  context.set_deadline(Deadline(left));
  v1::GetVersionResponse response;
  const grpc::Status answer = stub->GetVersion(&context, v1::GetVersionRequest(), &response);
  if (!answer.ok()) return answer;
  const auto& shown = context.GetServerTrailingMetadata();
  rpc::Protocol spoken;
  if (const auto found = shown.find(rpc::kProtocolKey); found != shown.end()) {
    spoken = rpc::DecodeProtocol({found->second.data(), found->second.size()});
  }
  const absl::Status understood =
      rpc::CheckProtocol("nepactl", "nepactl", rpc::OurProtocol(),
                         absl::StrCat("the coordinator at ", address), spoken);
  greeted_ = understood.ok();
  if (greeted_) met_ = true;
  return rpc::ToGrpc(understood);
}

absl::Status Client::Connection::Call(absl::Duration patience, const Try& once,
                                      const std::function<bool()>& progress, std::stop_token stop) {
  if (!shown.ok()) return shown.status();
  Backoff backoff;
  grpc::Status last;
  absl::Time end = SteadyNow() + patience;
  for (;;) {
    const absl::Duration left = end - SteadyNow();
    // A coordinator that was there once may come back; one that never was is soon given up.
    if (!last.ok() && left <= absl::ZeroDuration()) return Translated(last);
    const bool was_there = met_ || !last.ok();
    if (!WaitForConnection(was_there ? left : std::min(left, kConnectPatience), stop)) {
      return stop.stop_requested() ? absl::CancelledError("stopped") : Unreachable();
    }
    const absl::Time begun = SteadyNow();
    const bool first = last.ok();
    const absl::Duration granted = std::max(end - begun, absl::Milliseconds(1));
    grpc::Status answer = Greet(granted);
    if (answer.ok()) answer = once(granted);
    if (stop.stop_requested()) return absl::CancelledError("stopped");
    // The last try has little time left, and what was said before tells more than that it ran out.
    const bool told_why = !first && answer.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
    if (told_why) return Translated(last);
    last = answer;
    if (last.error_code() != grpc::StatusCode::UNAVAILABLE) return Translated(last);
    greeted_ = false;  // what comes back may be of another version
    // A closed door shows at the first call only, and does not open by knocking again.
    if (first) NEPA_RETURN_IF_ERROR(ClosedDoor());
    if (progress && (progress() || SteadyNow() - begun > kSettledStream)) {
      backoff.Reset();
      end = SteadyNow() + patience;
    }
    if (!Wait(backoff.Next(end - SteadyNow()), stop)) return absl::CancelledError("stopped");
  }
}

}  // namespace nepa::cli
