#include "cli/color.h"

#include "absl/strings/str_cat.h"

namespace nepa::cli {

std::string Colored(absl::string_view text, Color color, bool enabled) {
  const char* code = nullptr;
  switch (color) {
    case Color::kNone:
      break;
    case Color::kGreen:
      code = "32";
      break;
    case Color::kYellow:
      code = "33";
      break;
    case Color::kRed:
      code = "31";
      break;
    case Color::kBlue:
      code = "34";
      break;
    case Color::kMagenta:
      code = "35";
      break;
    case Color::kCyan:
      code = "36";
      break;
    case Color::kGrey:
      code = "90";
      break;
    case Color::kBold:
      code = "1";
      break;
  }
  if (!enabled || code == nullptr || text.empty()) return std::string(text);
  return absl::StrCat("\033[", code, "m", text, "\033[0m");
}

}  // namespace nepa::cli
