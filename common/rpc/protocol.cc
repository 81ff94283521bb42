#include "common/rpc/protocol.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/version.h"

namespace nepa::rpc {
namespace {

std::string Described(absl::string_view who, const Protocol& protocol) {
  return protocol.version.empty() ? std::string(who)
                                  : absl::StrCat(who, " (version ", protocol.version, ")");
}

}  // namespace

Protocol OurProtocol() { return {.newest = 1, .oldest = 1, .version = kVersion}; }

std::string Encode(const Protocol& protocol) {
  return absl::StrCat(protocol.newest, " ", protocol.oldest, " ", protocol.version);
}

Protocol DecodeProtocol(absl::string_view text) {
  const std::vector<std::string> words = absl::StrSplit(text, ' ');
  Protocol protocol;
  if (words.size() != 3 || !absl::SimpleAtoi(words[0], &protocol.newest) ||
      !absl::SimpleAtoi(words[1], &protocol.oldest)) {
    return {};
  }
  protocol.version = words[2];
  return protocol;
}

absl::Status CheckProtocol(absl::string_view who, absl::string_view program, const Protocol& client,
                           absl::string_view where, const Protocol& coordinator) {
  if (client.newest > coordinator.newest) {
    return absl::FailedPreconditionError(
        absl::StrCat(Described(where, coordinator), " is too old for ", Described(who, client),
                     ": it speaks protocol ", coordinator.newest, ", not ", client.newest,
                     "; update nepa-coordinator first, or use the ", program, " of its version"));
  }
  if (client.newest < coordinator.oldest) {
    return absl::FailedPreconditionError(
        absl::StrCat(Described(who, client), " is too old for ", Described(where, coordinator),
                     ": it speaks protocol ", client.newest, ", and there ", coordinator.oldest,
                     " is the oldest that is understood; update ", program));
  }
  return absl::OkStatus();
}

}  // namespace nepa::rpc
