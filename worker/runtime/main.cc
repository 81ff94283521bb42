// nepa-worker: the agent of one machine.
#include <utility>

#include "common/base/log.h"
#include "worker/runtime/daemon.h"
#include "worker/runtime/settings.h"
#include "worker/runtime/signals.h"

int main(int argc, char** argv) {
  nepa::worker::SettingsResult read = nepa::worker::ReadSettings(argc, argv);
  if (!read.settings.has_value()) return read.exit_code;
  absl::StatusOr<nepa::io::UniqueFd> signals = nepa::worker::TakeSignals();
  if (!signals.ok()) {
    nepa::LogError("worker cannot start", {{"why", signals.status().message()}});
    return 1;
  }
  absl::StatusOr<std::unique_ptr<nepa::worker::Daemon>> daemon =
      nepa::worker::Daemon::Start(*std::move(read.settings), *std::move(signals));
  if (!daemon.ok()) {
    nepa::LogError("worker cannot start", {{"why", daemon.status().message()}});
    return 1;
  }
  (*daemon)->Run();
  return 0;
}
