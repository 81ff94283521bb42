#include "cli/signal_queue.h"

#include <sys/signalfd.h>

namespace nepa::cli {

SignalQueue::SignalQueue(const sigset_t& signals) {
  ::pthread_sigmask(SIG_BLOCK, &signals, &before_);
  fd_.Reset(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

SignalQueue::~SignalQueue() {
  while (Take()) {
  }
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool SignalQueue::Take() {
  signalfd_siginfo taken;
  return ::read(fd_.get(), &taken, sizeof(taken)) == sizeof(taken);
}

}  // namespace nepa::cli
