// Ctrl-C, SIGTERM and the loss of the terminal as something to poll for, instead of the end of the
// program.
//
// Made before the first other thread, on the main thread, which alone may use it: threads inherit
// the signals' being blocked. Signals that come while it lives are taken or lost with it.
#ifndef NEPA_CLI_INTERRUPTS_H_
#define NEPA_CLI_INTERRUPTS_H_

#include <csignal>

#include "common/io/unique_fd.h"

namespace nepa::cli {

class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  // Readable while a signal waits to be taken.
  int fd() const { return fd_.get(); }
  // Whether there was one; takes one.
  bool Take();

 private:
  sigset_t before_;
  io::UniqueFd fd_;
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_INTERRUPTS_H_
