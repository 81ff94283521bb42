#include "cli/resizes.h"

#include <sys/signalfd.h>

namespace nepa::cli {

Resizes::Resizes() {
  sigset_t watched;
  sigemptyset(&watched);
  sigaddset(&watched, SIGWINCH);
  ::pthread_sigmask(SIG_BLOCK, &watched, &before_);
  fd_.Reset(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
}

Resizes::~Resizes() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

bool Resizes::Take() {
  bool any = false;
  signalfd_siginfo taken;
  while (::read(fd_.get(), &taken, sizeof(taken)) == sizeof(taken)) any = true;
  return any;
}

}  // namespace nepa::cli
