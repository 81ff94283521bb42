#include "coordinator/rpc/checkpoint_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/io/file.h"
#include "common/manifest/manifest.h"

namespace nepa::coordinator {
namespace {

namespace fs = std::filesystem;

// What is wrong with one file, if anything. UNAVAILABLE and such if it cannot be told.
absl::StatusOr<std::optional<std::string>> FaultOf(const std::string& folder,
                                                   const std::string& name,
                                                   const manifest::File& expected) {
  const std::string path = absl::StrCat(folder, "/", name);
  std::error_code error;
  const auto bytes = static_cast<int64_t>(fs::file_size(path, error));
  if (error == std::errc::no_such_file_or_directory) {
    return std::optional<std::string>(absl::StrCat(name, ": it is missing"));
  }
  if (error) return ErrnoStatus(error.value(), absl::StrCat("looking at ", path));
  if (bytes != expected.bytes) {
    return std::optional<std::string>(absl::StrCat(name, ": it has ", bytes, " bytes and had ",
                                                   expected.bytes, " when it was written"));
  }
  NEPA_ASSIGN_OR_RETURN(const std::string sha256, io::Sha256HexOfFile(path));
  if (sha256 != expected.sha256) {
    return std::optional<std::string>(absl::StrCat(name, ": its content has changed; SHA-256 is ",
                                                   sha256, " and was ", expected.sha256));
  }
  return std::optional<std::string>();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> FindCheckpointFaults(const std::string& folder,
                                                              const std::string& sha256) {
  const absl::StatusOr<std::string> text =
      io::ReadFile(absl::StrCat(folder, "/", manifest::kFileName), manifest::kMaxManifestBytes);
  const std::string name = manifest::kFileName;
  if (absl::IsNotFound(text.status())) return {{absl::StrCat(name, ": it is missing")}};
  if (absl::IsInvalidArgument(text.status())) return {{absl::StrCat(name, ": it is too long")}};
  if (!text.ok()) return text.status();
  if (io::Sha256Hex(*text) != sha256) {
    return {{absl::StrCat(name, ": its content has changed since it was registered")}};
  }
  const absl::StatusOr<manifest::Manifest> manifest = manifest::Decode(*text);
  if (!manifest.ok()) return {{absl::StrCat(name, ": ", manifest.status().message())}};
  std::vector<std::string> faults;
  for (const auto& [file, expected] : manifest->files) {
    NEPA_ASSIGN_OR_RETURN(const std::optional<std::string> fault, FaultOf(folder, file, expected));
    if (fault.has_value()) faults.push_back(*fault);
  }
  return faults;
}

absl::Status ReadCheckpointFiles(
    const std::string& folder,
    const std::function<bool(const std::string& file, absl::string_view piece)>& take) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;
    if (entry->is_regular_file(gone)) names.push_back(entry->path().filename().string());
  }
  if (error == std::errc::no_such_file_or_directory) {
    return absl::DataLossError(absl::StrCat("the checkpoint's folder ", folder,
                                            " is gone: put it back, or take another checkpoint of ",
                                            "the job (`nepactl checkpoints list`)"));
  }
  if (error) return ErrnoStatus(error.value(), absl::StrCat("listing ", folder));
  std::sort(names.begin(), names.end());
  std::string piece(kPieceBytes, '\0');
  for (const std::string& name : names) {
    std::ifstream file(fs::path(folder) / name, std::ios::binary);
    if (!file) return absl::UnavailableError(absl::StrCat("opening ", folder, "/", name));
    bool first = true;
    for (;;) {
      file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
      const auto count = static_cast<size_t>(file.gcount());
      if (file.bad()) return absl::UnavailableError(absl::StrCat("reading ", folder, "/", name));
      if (count == 0 && !first) break;
      if (!take(name, absl::string_view(piece).substr(0, count))) return absl::OkStatus();
      first = false;
    }
  }
  return absl::OkStatus();
}

}  // namespace nepa::coordinator
