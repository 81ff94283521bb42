// A descriptor that one thread makes readable for another that polls it.
//
// Any thread.
#ifndef NEPA_CLI_EVENT_FD_H_
#define NEPA_CLI_EVENT_FD_H_

#include <sys/eventfd.h>

#include <cstdint>

#include "common/io/unique_fd.h"

namespace nepa::cli {

class EventFd {
 public:
  EventFd() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  int fd() const { return fd_.get(); }
  void Signal() {
    const uint64_t one = 1;
    // Fails only where it is readable already.
    [[maybe_unused]] const ssize_t ignored = ::write(fd_.get(), &one, sizeof(one));
  }
  void Clear() {
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t ignored = ::read(fd_.get(), &count, sizeof(count));
  }

 private:
  io::UniqueFd fd_;
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_EVENT_FD_H_
