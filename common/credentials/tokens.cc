#include "common/credentials/tokens.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/credentials/client_files.h"
#include "common/io/file.h"

namespace nepa::credentials {
namespace {

constexpr size_t kMaxFileBytes = 1 << 20;
constexpr size_t kMaxTokens = 4096;
constexpr size_t kMinTokenCharacters = 16;

std::array<unsigned char, 32> Digest(absl::string_view token) {
  std::array<unsigned char, 32> digest{};
  ::SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), digest.data());
  return digest;
}

bool IsHex(absl::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == absl::string_view::npos;
}

absl::StatusOr<Holder> ParseLine(absl::string_view line) {
  const std::vector<std::string> words =
      absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (words.size() != 3 || (words[0] != "user" && words[0] != "worker")) {
    return absl::InvalidArgumentError(
        "expected ROLE NAME TOKEN with the role user or worker, like: user alice sha256:…");
  }
  Holder holder{words[0] == "user" ? Role::kUser : Role::kWorker, words[1], {}};
  absl::string_view token = words[2];
  if (absl::ConsumePrefix(&token, "sha256:")) {
    if (token.size() != 64 || !IsHex(token)) {
      return absl::InvalidArgumentError("after sha256: stand 64 hexadecimal digits");
    }
    const std::string bytes = absl::HexStringToBytes(token);
    std::copy(bytes.begin(), bytes.end(), holder.digest.begin());
    return holder;
  }
  if (token.size() < kMinTokenCharacters) {
    return absl::InvalidArgumentError(absl::StrCat("the token has fewer than ", kMinTokenCharacters,
                                                   " characters; openssl rand -hex 32 "
                                                   "makes one"));
  }
  holder.digest = Digest(token);
  return holder;
}

bool Same(const struct stat& a, const struct stat& b) {
  return a.st_ino == b.st_ino && a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec && a.st_ctim.tv_sec == b.st_ctim.tv_sec &&
         a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

}  // namespace

absl::StatusOr<std::vector<Holder>> ParseTokens(const std::string& path, absl::string_view text) {
  std::vector<Holder> holders;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    absl::StatusOr<Holder> holder = ParseLine(line);
    if (!holder.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", number, ": ", holder.status().message()));
    }
    holders.push_back(*std::move(holder));
    if (holders.size() > kMaxTokens) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": more than ", kMaxTokens, " tokens"));
    }
  }
  if (holders.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": no token; write a line ROLE NAME TOKEN for each"));
  }
  return holders;
}

absl::StatusOr<std::unique_ptr<Tokens>> Tokens::Open(const std::string& path) {
  std::unique_ptr<Tokens> tokens(new Tokens(path));
  MutexLock lock(tokens->mutex_);
  NEPA_RETURN_IF_ERROR(tokens->ReadIfChanged());
  return tokens;
}

absl::Status Tokens::ReadIfChanged() {
  struct stat found {};  // stays all zero where there is no file
  ::stat(path_.c_str(), &found);
  const bool opened = !holders_.empty();
  if (opened && Same(found, seen_)) return absl::OkStatus();
  seen_ = found;  // a broken file is told once
  NEPA_RETURN_IF_ERROR(CheckPrivate(path_));
  absl::StatusOr<std::string> text = io::ReadFile(path_, kMaxFileBytes);
  if (!text.ok()) return absl::InvalidArgumentError(std::string(text.status().message()));
  NEPA_ASSIGN_OR_RETURN(holders_, ParseTokens(path_, *text));
  return absl::OkStatus();
}

std::optional<Role> Tokens::RoleOf(absl::string_view token) {
  const std::array<unsigned char, 32> digest = Digest(token);
  MutexLock lock(mutex_);
  if (const absl::Status read = ReadIfChanged(); !read.ok()) {
    LogError("tokens not read again, the old ones stay", {{"why", std::string(read.message())}});
  }
  std::optional<Role> role;
  for (const Holder& holder : holders_) {
    if (CRYPTO_memcmp(holder.digest.data(), digest.data(), digest.size()) == 0) role = holder.role;
  }
  return role;
}

}  // namespace nepa::credentials
