// The few colours of nepactl, used only where a person looks at a terminal.
#ifndef NEPA_CLI_COLOR_H_
#define NEPA_CLI_COLOR_H_

#include <string>

#include "absl/strings/string_view.h"

namespace nepa::cli {

enum class Color { kNone, kGreen, kYellow, kRed, kBlue, kMagenta, kCyan, kGrey, kBold };

// `text` in `color`, or as it is where `enabled` is false or there is nothing to colour.
std::string Colored(absl::string_view text, Color color, bool enabled);

}  // namespace nepa::cli

#endif  // NEPA_CLI_COLOR_H_
