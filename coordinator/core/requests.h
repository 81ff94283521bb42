// Mutating requests are done once: the client's id is stored with the change, and a repeated id
// gets the first answer. Pure.
#ifndef NEPA_COORDINATOR_CORE_REQUESTS_H_
#define NEPA_COORDINATOR_CORE_REQUESTS_H_

#include <optional>
#include <string>

#include "coordinator/core/draft.h"
#include "coordinator/core/reply.h"

namespace nepa::core {

// Longer ids are refused: they are kept for a week.
inline constexpr size_t kMaxRequestIdBytes = 128;

// What to answer without doing anything: the first answer to `id`, or why the id is refused
// (missing, too long, used for another method). Nothing for a new id.
std::optional<Reply> AnswerWithoutDoing(const Draft& draft, const std::string& id,
                                        const std::string& method);

// Stores that `id` was done, and the answer to it.
Reply Done(Draft& draft, const std::string& id, const std::string& method,
           const std::string& subject);

}  // namespace nepa::core

#endif  // NEPA_COORDINATOR_CORE_REQUESTS_H_
