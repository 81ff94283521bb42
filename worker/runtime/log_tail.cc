#include "worker/runtime/log_tail.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "common/io/unique_fd.h"

namespace nepa::worker {
namespace {

constexpr off_t kMaxBytes = 4096;
constexpr int kMaxLines = 10;

std::string ReadEnd(const std::string& path) {
  const io::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return "";
  const off_t size = ::lseek(fd.get(), 0, SEEK_END);
  const off_t start = std::max<off_t>(0, size - kMaxBytes);
  std::string text(static_cast<size_t>(std::max<off_t>(0, size - start)), '\0');
  const ssize_t count = ::pread(fd.get(), text.data(), text.size(), start);
  text.resize(static_cast<size_t>(std::max<ssize_t>(0, count)));
  if (start > 0) text.erase(0, text.find('\n') + 1);  // the cut line, if any line is whole
  return text;
}

}  // namespace

std::string LogTail(const std::string& path) {
  std::string text = ReadEnd(path);
  text.erase(text.find_last_not_of("\r\n") + 1);
  size_t start = text.size();
  for (int line = 0; line < kMaxLines && start != std::string::npos && start != 0; ++line) {
    start = text.rfind('\n', start - 1);
  }
  if (start != std::string::npos && start != 0) text.erase(0, start + 1);
  return text;
}

}  // namespace nepa::worker
