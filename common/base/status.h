// Early return for absl::Status and absl::StatusOr.
//
//   NEPA_RETURN_IF_ERROR(WriteAll(fd, text));
//   NEPA_ASSIGN_OR_RETURN(std::string text, ReadFile(path));
#ifndef NEPA_COMMON_BASE_STATUS_H_
#define NEPA_COMMON_BASE_STATUS_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#define NEPA_RETURN_IF_ERROR(expression)       \
  do {                                         \
    absl::Status nepa_status = (expression);   \
    if (!nepa_status.ok()) return nepa_status; \
  } while (false)

#define NEPA_STATUS_CONCAT_INNER(a, b) a##b
#define NEPA_STATUS_CONCAT(a, b) NEPA_STATUS_CONCAT_INNER(a, b)
#define NEPA_ASSIGN_OR_RETURN(target, expression) \
  NEPA_ASSIGN_OR_RETURN_AS(NEPA_STATUS_CONCAT(nepa_result_, __LINE__), target, expression)
#define NEPA_ASSIGN_OR_RETURN_AS(result, target, expression) \
  auto result = (expression);                                \
  if (!result.ok()) return std::move(result).status();       \
  target = *std::move(result)

namespace nepa {

// The same code and payloads with "`doing`: " before the message, so that it says what was being
// done to which thing. OK stays OK.
absl::Status Annotate(absl::Status status, absl::string_view doing);

// A status for `errno` value `error`: NOT_FOUND, PERMISSION_DENIED, ALREADY_EXISTS,
// RESOURCE_EXHAUSTED (disk full, too many files), INVALID_ARGUMENT (a folder read as a file, a path
// that leads nowhere), else UNAVAILABLE. `doing` as in Annotate.
absl::Status ErrnoStatus(int error, absl::string_view doing);

}  // namespace nepa

#endif  // NEPA_COMMON_BASE_STATUS_H_
