#include "cli/context.h"

namespace nepa::cli {

Client& Context::client() {
  if (client_ == nullptr) {
    client_ = std::make_unique<Client>(options_.coordinator, options_.timeout);
  }
  return *client_;
}

void Context::Note(absl::string_view text) {
  if (!json()) env_.err << text << std::endl;
}

}  // namespace nepa::cli
