#include "cli/context.h"

namespace nepa::cli {

Client& Context::client() {
  if (client_ == nullptr) {
    client_ = std::make_unique<Client>(options_.coordinator, options_.timeout, options_.doors);
  }
  return *client_;
}

ProgressPrinter::Target Context::ProgressTarget() const {
  return {.out = json() ? env_.err : env_.out,
          .terminal = json() ? env_.err_is_terminal : env_.out_is_terminal,
          .columns = env_.terminal_size().columns,
          .color = color() && !json()};
}

void Context::Note(absl::string_view text) {
  if (!json()) env_.err << text << std::endl;
}

}  // namespace nepa::cli
