#include "cli/screen.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace nepa::cli {
namespace {

constexpr char kEnter[] = "\033[?1049h\033[?25l";  // the other screen, no cursor
constexpr char kLeave[] = "\033[?25h\033[?1049l";
constexpr char kClear[] = "\033[H\033[2J";
constexpr char kClearRestOfLine[] = "\033[K";
constexpr char kClearBelow[] = "\033[J";

std::string MoveTo(size_t row) { return absl::StrCat("\033[", row + 1, ";1H"); }

}  // namespace

Screen::Screen(std::ostream& out) : out_(out) { out_ << kEnter << std::flush; }

Screen::~Screen() { out_ << kLeave << std::flush; }

void Screen::Draw(const std::vector<std::string>& lines, const TerminalSize& size) {
  std::string text;
  if (size != size_) {
    text = kClear;
    shown_.clear();
    size_ = size;
  }
  const size_t rows = std::min(lines.size(), size.rows);
  for (size_t row = 0; row < rows; ++row) {
    if (row < shown_.size() && shown_[row] == lines[row]) continue;
    absl::StrAppend(&text, MoveTo(row), kClearRestOfLine, lines[row]);
  }
  if (shown_.size() > rows) absl::StrAppend(&text, MoveTo(rows), kClearBelow);
  shown_.assign(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(rows));
  // In one piece: no half of a frame is seen.
  if (!text.empty()) out_ << text << std::flush;
}

}  // namespace nepa::cli
