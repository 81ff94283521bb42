#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

namespace nepa::fuzz {

InputFile::InputFile() : fd_(::memfd_create("input", MFD_CLOEXEC)) {
  Require(fd_ >= 0, "there is a file in memory");
  path_ = "/proc/self/fd/" + std::to_string(fd_);
}

void InputFile::Fill(std::string_view bytes) {
  Require(::ftruncate(fd_, 0) == 0, "the file can be emptied");
  Require(::pwrite(fd_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()),
          "the file can be written");
}

}  // namespace nepa::fuzz
