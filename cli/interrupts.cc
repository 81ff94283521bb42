#include "cli/interrupts.h"

#include <sys/signalfd.h>

namespace nepa::cli {
namespace {

bool IsIgnored(int signal_number) {
  struct sigaction action {};
  return ::sigaction(signal_number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t Watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  // Under nohup the terminal may go.
  if (!IsIgnored(SIGHUP)) sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

Interrupts::Interrupts() {
  const sigset_t watched = Watched();
  ::pthread_sigmask(SIG_BLOCK, &watched, &before_);
  fd_.Reset(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
}

Interrupts::~Interrupts() {
  while (Take()) {
  }
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool Interrupts::Take() {
  signalfd_siginfo taken;
  return ::read(fd_.get(), &taken, sizeof(taken)) == sizeof(taken);
}

}  // namespace nepa::cli
