// What an exception of a library (LibTorch, the standard library) becomes where it is caught: each
// thread has one place that catches them, and from there on they are statuses.
//
// Any thread.
#ifndef NEPA_COMMON_BASE_EXCEPTION_STATUS_H_
#define NEPA_COMMON_BASE_EXCEPTION_STATUS_H_

#include <exception>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace nepa {

// RESOURCE_EXHAUSTED where memory ran out, so that IsOutOfMemory() is true; else INTERNAL. `doing`
// as in Annotate(); of what the exception says the first line, since LibTorch's stack follows it.
absl::Status ExceptionStatus(const std::exception& error, absl::string_view doing);

// Whether `status` says that memory ran out, and not that a disk is full.
bool IsOutOfMemory(const absl::Status& status);

}  // namespace nepa

#endif  // NEPA_COMMON_BASE_EXCEPTION_STATUS_H_
