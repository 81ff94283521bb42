// Changes of the terminal's size as something to poll for. Made and used as a SignalQueue.
#ifndef NEPA_CLI_RESIZES_H_
#define NEPA_CLI_RESIZES_H_

#include "cli/signal_queue.h"

namespace nepa::cli {

class Resizes {
 public:
  Resizes();

  // Readable while a change waits to be taken.
  int fd() const { return signals_.fd(); }
  // Whether there was one; takes all.
  bool Take();

 private:
  SignalQueue signals_;
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_RESIZES_H_
