#include "common/manifest/manifest.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/status.h"
#include "common/io/file.h"
#include "common/json_text/json_text.h"

namespace nepa::manifest {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;

bool IsHash(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool IsPlainName(const std::string& name) {
  return !name.empty() && name.find('/') == std::string::npos && name != "." && name != "..";
}

absl::Status CheckFile(const std::string& path, const File& expected) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (error == std::errc::no_such_file_or_directory) {
    return absl::DataLossError(
        absl::StrCat(path, " is damaged: the manifest names it, but it is not there"));
  }
  // A disk that fails says nothing about the checkpoint.
  if (error) return ErrnoStatus(error.value(), absl::StrCat("looking at ", path));
  if (static_cast<int64_t>(bytes) != expected.bytes) {
    return absl::DataLossError(absl::StrFormat(
        "%s is damaged: it has %d bytes, its manifest says %d", path, bytes, expected.bytes));
  }
  NEPA_ASSIGN_OR_RETURN(const std::string hash, io::Sha256HexOfFile(path));
  if (hash != expected.sha256) {
    return absl::DataLossError(absl::StrCat(path, " is damaged: its SHA-256 is ", hash,
                                            ", its manifest says ", expected.sha256));
  }
  return absl::OkStatus();
}

}  // namespace

std::string Encode(const Manifest& manifest) {
  json files = json::object();
  for (const auto& [name, file] : manifest.files) {
    files[name] = {{"bytes", file.bytes}, {"sha256", file.sha256}};
  }
  const json object = {{"format", kFormat},
                       {"step", manifest.step},
                       {"attempt", manifest.attempt},
                       {"files", std::move(files)}};
  return object.dump(2) + "\n";
}

absl::StatusOr<Manifest> Decode(absl::string_view text) {
  const json object = json_text::Parse({text.data(), text.size()});
  const auto integer = [](const json& in, const char* key, int64_t& out) {
    const auto found = in.find(key);
    if (found == in.end() || !found->is_number_integer()) return false;
    out = found->get<int64_t>();
    return out >= 0;
  };
  Manifest manifest;
  int64_t format = 0;
  if (!object.is_object() || !integer(object, "format", format) ||
      !integer(object, "step", manifest.step) || !integer(object, "attempt", manifest.attempt) ||
      !object.contains("files") || !object["files"].is_object()) {
    return absl::DataLossError("this is no manifest of a checkpoint");
  }
  if (format != kFormat) {
    return absl::FailedPreconditionError(
        absl::StrCat("the manifest has format ", format, "; this program reads format ", kFormat));
  }
  for (const auto& [name, entry] : object["files"].items()) {
    File file;
    if (!IsPlainName(name) || !entry.is_object() || !integer(entry, "bytes", file.bytes) ||
        !entry.contains("sha256") || !entry["sha256"].is_string()) {
      return absl::DataLossError(absl::StrCat("the manifest's entry \"", name, "\" is malformed"));
    }
    file.sha256 = entry["sha256"].get<std::string>();
    if (!IsHash(file.sha256)) {
      return absl::DataLossError(
          absl::StrCat("the manifest's sha256 of \"", name, "\" is malformed"));
    }
    manifest.files[name] = std::move(file);
  }
  return manifest;
}

absl::StatusOr<std::map<std::string, File>> HashFiles(const std::string& folder) {
  std::error_code error;
  std::map<std::string, File> files;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string path = entry->path().string();
    File file;
    file.bytes = static_cast<int64_t>(entry->file_size(error));
    if (error) break;
    NEPA_ASSIGN_OR_RETURN(file.sha256, io::Sha256HexOfFile(path));
    files[entry->path().filename().string()] = std::move(file);
  }
  if (error) return ErrnoStatus(error.value(), absl::StrCat("hashing the files of ", folder));
  return files;
}

absl::StatusOr<Manifest> Verify(const std::string& folder) {
  std::error_code error;
  const std::filesystem::file_status about = std::filesystem::status(folder, error);
  if (error && about.type() != std::filesystem::file_type::not_found) {
    return ErrnoStatus(error.value(), absl::StrCat("looking at ", folder));
  }
  if (!std::filesystem::is_directory(about)) {
    return absl::NotFoundError(absl::StrCat("there is no checkpoint folder ", folder));
  }
  const std::string path = absl::StrCat(folder, "/", kFileName);
  absl::StatusOr<std::string> text = io::ReadFile(path, kMaxManifestBytes);
  if (absl::IsNotFound(text.status())) {
    return absl::DataLossError(
        absl::StrCat(folder, " is no complete checkpoint: it has no ", kFileName));
  }
  if (!text.ok()) return text.status();
  absl::StatusOr<Manifest> manifest = Decode(*text);
  if (!manifest.ok()) return Annotate(manifest.status(), path);
  for (const auto& [name, file] : manifest->files) {
    NEPA_RETURN_IF_ERROR(CheckFile(absl::StrCat(folder, "/", name), file));
  }
  return manifest;
}

}  // namespace nepa::manifest
