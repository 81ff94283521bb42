// Bytes of a pipe in, whole lines out, with a bound on what is held: both ends of both pipes of a
// rank read through it.
//
// Pure. Confined to one thread.
#ifndef NEPA_COMMON_FRAMES_LINE_SPLITTER_H_
#define NEPA_COMMON_FRAMES_LINE_SPLITTER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "common/frames/frames.h"

namespace nepa::frames {

class LineSplitter {
 public:
  explicit LineSplitter(size_t limit_bytes = kMaxFrameBytes) : limit_bytes_(limit_bytes) {}

  // Takes the next bytes and appends every line that is now whole, without its newline, to `lines`.
  // RESOURCE_EXHAUSTED once a line is longer than the limit, then and for every later call; the
  // lines before it have been appended. Never holds more than the limit.
  absl::Status Feed(std::string_view bytes, std::vector<std::string>& lines);

  // What came after the last newline: at the end of a pipe, a torn line.
  const std::string& rest() const { return rest_; }

 private:
  size_t limit_bytes_;
  bool overflowed_ = false;
  std::string rest_;
};

}  // namespace nepa::frames

#endif  // NEPA_COMMON_FRAMES_LINE_SPLITTER_H_
