// nepa-coordinator: the scheduler and the registry.
#include <poll.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <string>

#include "common/base/log.h"
#include "common/io/unique_fd.h"
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

// Returns why to end: a signal came, or the last writer of `lifeline` (-1: none) is gone.
std::string WaitForEnd(const sigset_t& signals, int lifeline) {
  const nepa::io::UniqueFd arrived(::signalfd(-1, &signals, SFD_CLOEXEC));
  pollfd polls[] = {{arrived.get(), POLLIN, 0}, {lifeline, 0, 0}};  // a hang-up is always told
  while (::poll(polls, 2, -1) <= 0) {
  }
  signalfd_siginfo signal{};
  if (polls[0].revents == 0) return "nobody holds the lifeline";
  if (::read(arrived.get(), &signal, sizeof(signal)) != sizeof(signal)) return "a signal";
  return strsignal(static_cast<int>(signal.ssi_signo));
}

}  // namespace

int main(int argc, char** argv) {
  // What gRPC says to stderr is said again in our words; an own setting is left as it is.
  ::setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  const nepa::coordinator::OptionsResult read = nepa::coordinator::ReadOptions(argc, argv);
  if (!read.options.has_value()) return read.exit_code;
  const sigset_t signals = BlockEndingSignals();
  auto daemon = nepa::coordinator::Daemon::Start(*read.options);
  if (!daemon.ok()) {
    nepa::LogError("coordinator cannot start", {{"why", daemon.status().message()}});
    return 1;
  }
  nepa::LogInfo("coordinator ends", {{"why", WaitForEnd(signals, read.options->lifeline)}});
  daemon->reset();
  return 0;
}
