#include "common/frames/line_splitter.h"

#include "absl/strings/str_cat.h"

namespace nepa::frames {

absl::Status LineSplitter::Feed(std::string_view bytes, std::vector<std::string>& lines) {
  while (!overflowed_ && !bytes.empty()) {
    const size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    if (rest_.size() + piece.size() > limit_bytes_) {
      overflowed_ = true;
      rest_.clear();
      break;
    }
    rest_.append(piece);
    if (end == std::string_view::npos) break;
    lines.push_back(std::move(rest_));
    rest_.clear();
    bytes.remove_prefix(end + 1);
  }
  if (!overflowed_) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("a line is longer than the allowed ", limit_bytes_, " bytes"));
}

}  // namespace nepa::frames
