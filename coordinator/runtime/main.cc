// nepa-coordinator: the scheduler and the registry.
#include <csignal>
#include <cstring>

#include "common/base/log.h"
#include "coordinator/runtime/daemon.h"
#include "coordinator/runtime/options.h"

namespace {

// Blocked before there are threads, so that only WaitForEnd sees them.
sigset_t BlockEndingSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

}  // namespace

int main(int argc, char** argv) {
  const nepa::coordinator::OptionsResult read = nepa::coordinator::ReadOptions(argc, argv);
  if (!read.options.has_value()) return read.exit_code;
  const sigset_t signals = BlockEndingSignals();
  auto daemon = nepa::coordinator::Daemon::Start(*read.options);
  if (!daemon.ok()) {
    nepa::LogError("coordinator cannot start", {{"why", daemon.status().message()}});
    return 1;
  }
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  nepa::LogInfo("coordinator ends", {{"signal", strsignal(signal_number)}});
  daemon->reset();
  return 0;
}
