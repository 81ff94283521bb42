// Signals as something to poll for, instead of what they do by themselves.
//
// Made before the first other thread, on the main thread, which alone may use it: threads inherit
// the signals' being blocked. Signals that come while it lives are taken or lost with it.
#ifndef NEPA_CLI_SIGNAL_QUEUE_H_
#define NEPA_CLI_SIGNAL_QUEUE_H_

#include <csignal>

#include "common/io/unique_fd.h"

namespace nepa::cli {

class SignalQueue {
 public:
  explicit SignalQueue(const sigset_t& signals);
  ~SignalQueue();
  SignalQueue(const SignalQueue&) = delete;
  SignalQueue& operator=(const SignalQueue&) = delete;

  // Readable while a signal waits to be taken.
  int fd() const { return fd_.get(); }
  // Whether there was one; takes one.
  bool Take();

 private:
  sigset_t before_;
  io::UniqueFd fd_;
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_SIGNAL_QUEUE_H_
