// Changes of the terminal's size as something to poll for.
//
// Made before the first other thread, on the main thread, which alone may use it.
#ifndef NEPA_CLI_RESIZES_H_
#define NEPA_CLI_RESIZES_H_

#include <csignal>

#include "common/io/unique_fd.h"

namespace nepa::cli {

class Resizes {
 public:
  Resizes();
  ~Resizes();
  Resizes(const Resizes&) = delete;
  Resizes& operator=(const Resizes&) = delete;

  // Readable while a change waits to be taken.
  int fd() const { return fd_.get(); }
  // Whether there was one; takes all.
  bool Take();

 private:
  sigset_t before_;
  io::UniqueFd fd_;
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_RESIZES_H_
