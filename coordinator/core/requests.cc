#include "coordinator/core/requests.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace nepa::core {
namespace {

// Makes room: a tenth at once, so that the search is rare.
void ForgetOldest(Draft& draft) {
  std::vector<std::pair<absl::Time, std::string>> oldest;
  for (const auto& [id, request] : draft.state().requests) oldest.emplace_back(request.at, id);
  const size_t count = std::max<size_t>(1, oldest.size() / 10);
  std::partial_sort(oldest.begin(), oldest.begin() + static_cast<std::ptrdiff_t>(count),
                    oldest.end());
  oldest.resize(count);
  for (const auto& [at, id] : oldest) draft.Record(state::DeleteRequest{id});
}

}  // namespace

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
  if (draft.state().requests.size() >= draft.settings().max_requests) ForgetOldest(draft);
  draft.Record(state::PutRequest{{id, method, subject, draft.now()}});
  return Reply{absl::OkStatus(), subject};
}

}  // namespace nepa::core
