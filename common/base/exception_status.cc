#include "common/base/exception_status.h"

#include <new>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nepa {
namespace {

constexpr char kOutOfMemory[] = "nepa/out_of_memory";

// LibTorch says so in the words of the device's allocator.
bool SaysOutOfMemory(const std::exception& error) {
  const absl::string_view what = error.what();
  return dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
         absl::StrContains(what, "can't allocate memory") ||
         absl::StrContains(what, "out of memory");
}

}  // namespace

absl::Status ExceptionStatus(const std::exception& error, absl::string_view doing) {
  if (SaysOutOfMemory(error)) {
    absl::Status status = absl::ResourceExhaustedError(absl::StrCat(doing, ": out of memory"));
    status.SetPayload(kOutOfMemory, absl::Cord());
    return status;
  }
  const absl::string_view what = error.what();
  return absl::InternalError(absl::StrCat(doing, ": ", what.substr(0, what.find('\n'))));
}

bool IsOutOfMemory(const absl::Status& status) {
  return status.GetPayload(kOutOfMemory).has_value();
}

}  // namespace nepa
