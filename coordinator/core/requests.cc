#include "coordinator/core/requests.h"

#include "absl/strings/str_cat.h"

namespace nepa::core {

std::optional<Reply> AnswerWithoutDoing(const Draft& draft, const std::string& id,
                                        const std::string& method) {
  if (id.empty() || id.size() > kMaxRequestIdBytes) {
    return Reply{absl::InvalidArgumentError(
        absl::StrCat(method, ": request_id has ", id.size(),
                     " bytes; send a new UUID with each request, and the same one with a retry"))};
  }
  const auto found = draft.state().requests.find(id);
  if (found == draft.state().requests.end()) return std::nullopt;
  if (found->second.method != method) {
    return Reply{absl::InvalidArgumentError(absl::StrCat(
        method, ": request_id ", id, " was used for ", found->second.method, " before"))};
  }
  return Reply{absl::OkStatus(), found->second.subject};
}

Reply Done(Draft& draft, const std::string& id, const std::string& method,
           const std::string& subject) {
  draft.Record(state::PutRequest{{id, method, subject, draft.now()}});
  return Reply{absl::OkStatus(), subject};
}

}  // namespace nepa::core
