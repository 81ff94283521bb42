#include "cli/command_line.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace nepa::cli {

CLI::Validator IsCount() {
  return CLI::Validator(
      [](const std::string& text) -> std::string {
        int64_t count = 0;
        if (absl::SimpleAtoi(text, &count) && count >= 0) return "";
        return absl::StrCat("'", text, "' is no whole number of 0 or more");
      },
      /*validator_desc=*/"");
}

CLI::App* CommandLine::Add(CLI::App* parent, const std::string& name, const std::string& purpose,
                           const std::string& examples, Action action) {
  CLI::App* const app = (parent == nullptr ? &root_ : parent)->add_subcommand(name, purpose);
  app->footer(absl::StrCat("Examples:\n", examples));
  app->final_callback([this, action = std::move(action)] { chosen_ = action; });
  return app;
}

CLI::App* CommandLine::AddGroup(const std::string& name, const std::string& purpose,
                                const std::string& examples) {
  CLI::App* const app = root_.add_subcommand(name, purpose);
  app->footer(absl::StrCat("Examples:\n", examples));
  app->require_subcommand(1);
  return app;
}

}  // namespace nepa::cli
