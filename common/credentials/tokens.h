// The tokens that a coordinator accepts: a file with one line each (docs/security.md). Read again
// when it changes; a file that cannot be read any more leaves the tokens in force that were, and
// says so in the log.
//
// Thread rule: any thread.
#ifndef NEPA_COMMON_CREDENTIALS_TOKENS_H_
#define NEPA_COMMON_CREDENTIALS_TOKENS_H_

#include <sys/stat.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/mutex.h"

namespace nepa::credentials {

enum class Role { kUser, kWorker };

// The SHA-256 of a token and who has it.
struct Holder {
  Role role = Role::kUser;
  std::string name;
  std::array<unsigned char, 32> digest{};
};

// INVALID_ARGUMENT with FILE:LINE for a line that is none; `path` is for messages.
absl::StatusOr<std::vector<Holder>> ParseTokens(const std::string& path, absl::string_view text);

class Tokens {
 public:
  // INVALID_ARGUMENT if the file is none, or if others may read it.
  static absl::StatusOr<std::unique_ptr<Tokens>> Open(const std::string& path);

  // The role of whoever shows `token`, none if nobody has it. Takes as long for a wrong token as
  // for a right one.
  std::optional<Role> RoleOf(absl::string_view token);

 private:
  explicit Tokens(std::string path) : path_(std::move(path)) {}
  absl::Status ReadIfChanged() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  Mutex mutex_;
  struct stat seen_ ABSL_GUARDED_BY(mutex_) {};
  std::vector<Holder> holders_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nepa::credentials

#endif  // NEPA_COMMON_CREDENTIALS_TOKENS_H_
