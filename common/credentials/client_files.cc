#include "common/credentials/client_files.h"

#include <sys/stat.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/flags/address.h"
#include "common/io/file.h"

namespace nepa::credentials {
namespace {

constexpr size_t kMaxTokenBytes = 4096;
constexpr size_t kMaxPemBytes = 1 << 20;

absl::Status CheckReadable(const char* flag, const std::string& path) {
  if (path.empty()) return absl::OkStatus();
  const absl::StatusOr<std::string> text = io::ReadFile(path, kMaxPemBytes);
  if (text.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(flag, ": ", text.status().message()));
}

}  // namespace

absl::Status CheckPrivate(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": there is no such file to read"));
  }
  if ((found.st_mode & (S_IRWXG | S_IRWXO)) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      path, " holds secrets and others than its owner have access to it: chmod 600 ", path));
}

absl::StatusOr<std::string> ReadTokenFile(const std::string& path) {
  NEPA_RETURN_IF_ERROR(CheckPrivate(path));
  absl::StatusOr<std::string> text = io::ReadFile(path, kMaxTokenBytes);
  if (!text.ok()) return absl::InvalidArgumentError(std::string(text.status().message()));
  absl::StripAsciiWhitespace(&*text);
  for (const char c : *text) {
    if (!absl::ascii_isgraph(c)) text->clear();
  }
  if (text->empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": expected one line with the token alone"));
  }
  return text;
}

absl::Status CheckClientFiles(const ClientFiles& files, const std::string& address) {
  if (files.certificate.empty() != files.key.empty()) {
    return absl::InvalidArgumentError(
        "--tls-certificate and --tls-key belong together: give both or none");
  }
  if (!files.certificate.empty() && !files.tls()) {
    return absl::InvalidArgumentError(
        "--tls-certificate needs --tls-ca FILE: who signs the coordinator's certificate");
  }
  NEPA_RETURN_IF_ERROR(CheckReadable("--tls-ca", files.ca));
  NEPA_RETURN_IF_ERROR(CheckReadable("--tls-certificate", files.certificate));
  NEPA_RETURN_IF_ERROR(CheckReadable("--tls-key", files.key));
  if (!files.key.empty()) NEPA_RETURN_IF_ERROR(CheckPrivate(files.key));
  if (files.token_file.empty()) return absl::OkStatus();
  const absl::Status token = ReadTokenFile(files.token_file).status();
  if (!token.ok()) return Annotate(token, "--token-file");
  const absl::StatusOr<flags::HostPort> host = flags::ParseHostPort(address);
  if (files.tls() || (host.ok() && flags::IsLoopback(*host))) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--token-file: a token is not sent to ", address,
                   " in plain text, where anybody on the way can read it; give --tls-ca FILE"));
}

}  // namespace nepa::credentials
