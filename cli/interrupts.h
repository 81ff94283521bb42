// Ctrl-C, SIGTERM and the loss of the terminal as something to poll for, instead of the end of the
// program. Made and used as a SignalQueue.
#ifndef NEPA_CLI_INTERRUPTS_H_
#define NEPA_CLI_INTERRUPTS_H_

#include "cli/signal_queue.h"

namespace nepa::cli {

class Interrupts {
 public:
  Interrupts();

  // Readable while a signal waits to be taken.
  int fd() const { return signals_.fd(); }
  // Whether there was one; takes one.
  bool Take() { return signals_.Take(); }

 private:
  SignalQueue signals_;
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_INTERRUPTS_H_
