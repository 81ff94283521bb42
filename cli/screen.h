// A terminal drawn over as a whole, over and over, without flicker.
//
// While it lives, the terminal's other screen is shown and the cursor hidden; both are as before
// when it goes away, whatever the reason. Confined to one thread.
#ifndef NEPA_CLI_SCREEN_H_
#define NEPA_CLI_SCREEN_H_

#include <ostream>
#include <string>
#include <vector>

#include "cli/environment.h"

namespace nepa::cli {

class Screen {
 public:
  explicit Screen(std::ostream& out);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Shows `lines`, each of which fits the width, as far as the height allows. Writes only what
  // differs from what is shown; another size than before draws everything anew.
  void Draw(const std::vector<std::string>& lines, const TerminalSize& size);

 private:
  std::ostream& out_;
  TerminalSize size_{0, 0};
  std::vector<std::string> shown_;
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_SCREEN_H_
