#include "worker/runtime/signals.h"

#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

#include "common/base/status.h"

namespace nepa::worker {

absl::StatusOr<io::UniqueFd> TakeSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGCHLD}) sigaddset(&signals, number);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);  // a rank that is gone shows in write()'s answer
  io::UniqueFd fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd.valid()) return ErrnoStatus(errno, "taking signals");
  return fd;
}

std::vector<int> ReadSignals(int fd) {
  std::vector<int> numbers;
  signalfd_siginfo came;
  while (::read(fd, &came, sizeof(came)) == static_cast<ssize_t>(sizeof(came))) {
    numbers.push_back(static_cast<int>(came.ssi_signo));
  }
  return numbers;
}

}  // namespace nepa::worker
