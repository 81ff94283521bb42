#include "worker/train/checkpoint/folder.h"

#include <filesystem>
#include <functional>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "common/io/file.h"
#include "common/manifest/manifest.h"

namespace nepa::checkpoint {
namespace {

namespace fs = std::filesystem;

constexpr char kTemporaryPrefix[] = ".tmp-";

}  // namespace

std::string FolderName(int64_t step, int64_t attempt) {
  return absl::StrFormat("step-%08d-attempt-%d", step, attempt);
}

absl::StatusOr<PendingFolder> PendingFolder::Open(const std::string& checkpoints_folder,
                                                  int64_t step, int64_t attempt) {
  PendingFolder pending;
  pending.parent_ = checkpoints_folder;
  pending.step_ = step;
  pending.attempt_ = attempt;
  const std::string temporary =
      absl::StrCat(checkpoints_folder, "/", kTemporaryPrefix, FolderName(step, attempt));
  NEPA_RETURN_IF_ERROR(io::RemoveAll(temporary));
  NEPA_RETURN_IF_ERROR(io::MakeFolders(temporary));
  pending.temporary_ = temporary;
  return pending;
}

PendingFolder::PendingFolder(PendingFolder&& other) noexcept
    : parent_(std::move(other.parent_)),
      temporary_(std::exchange(other.temporary_, "")),
      step_(other.step_),
      attempt_(other.attempt_) {}

PendingFolder::~PendingFolder() {
  // A leftover is harmless and removed at the next start, so a failure here needs no word.
  if (!temporary_.empty()) io::RemoveAll(temporary_).IgnoreError();
}

absl::StatusOr<Committed> PendingFolder::Commit() {
  manifest::Manifest manifest{.step = step_, .attempt = attempt_};
  NEPA_ASSIGN_OR_RETURN(manifest.files, manifest::HashFiles(temporary_));
  const std::string manifest_text = manifest::Encode(manifest);

  Committed committed;
  committed.bytes = static_cast<int64_t>(manifest_text.size());
  for (const auto& [name, file] : manifest.files) {
    NEPA_RETURN_IF_ERROR(io::SyncPath(absl::StrCat(temporary_, "/", name)));
    committed.bytes += file.bytes;
  }
  // Syncs the folder's entries too.
  NEPA_RETURN_IF_ERROR(
      io::WriteFileAtomically(absl::StrCat(temporary_, "/", manifest::kFileName), manifest_text));
  committed.manifest_sha256 = io::Sha256Hex(manifest_text);

  committed.path = absl::StrCat(parent_, "/", FolderName(step_, attempt_));
  if (std::error_code error; fs::exists(committed.path, error)) {
    NEPA_RETURN_IF_ERROR(io::Exchange(temporary_, committed.path));
    NEPA_RETURN_IF_ERROR(io::SyncPath(parent_));
    // What was replaced is a leftover now; a failure here needs no word.
    io::RemoveAll(std::exchange(temporary_, "")).IgnoreError();
    return committed;
  }
  NEPA_RETURN_IF_ERROR(io::Rename(temporary_, committed.path));
  temporary_.clear();
  NEPA_RETURN_IF_ERROR(io::SyncPath(parent_));
  return committed;
}

namespace {

// Calls `visit` with the name of each entry of the folder; OK if there is no such folder.
absl::Status ForEachName(const std::string& folder,
                         const std::function<absl::Status(const std::string&)>& visit) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  if (error == std::errc::no_such_file_or_directory) return absl::OkStatus();
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    NEPA_RETURN_IF_ERROR(visit(entry->path().filename().string()));
  }
  if (error) return ErrnoStatus(error.value(), absl::StrCat("listing ", folder));
  return absl::OkStatus();
}

// The attempt in a name of FolderName(); 0 for any other name.
int64_t AttemptOf(const std::string& name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '-');
  int64_t step = 0, attempt = 0;
  if (parts.size() != 4 || !absl::SimpleAtoi(parts[1], &step) ||
      !absl::SimpleAtoi(parts[3], &attempt) || FolderName(step, attempt) != name) {
    return 0;
  }
  return attempt;
}

}  // namespace

absl::Status RemoveLeftovers(const std::string& checkpoints_folder) {
  return ForEachName(checkpoints_folder, [&](const std::string& name) {
    if (!absl::StartsWith(name, kTemporaryPrefix)) return absl::OkStatus();
    return io::RemoveAll(absl::StrCat(checkpoints_folder, "/", name));
  });
}

absl::Status RemoveUnregistered(const std::string& checkpoints_folder, int64_t attempt,
                                const std::vector<std::string>& registered) {
  const std::set<std::string> known(registered.begin(), registered.end());
  std::vector<std::string> lost;
  NEPA_RETURN_IF_ERROR(ForEachName(checkpoints_folder, [&](const std::string& name) {
    const int64_t of = AttemptOf(name);
    if (of > 0 && of < attempt && !known.contains(name)) lost.push_back(name);
    return absl::OkStatus();
  }));
  for (const std::string& name : lost) {
    // Never half removed under its name, whatever a loss of power makes of renames not synced.
    const std::string aside = absl::StrCat(checkpoints_folder, "/", kTemporaryPrefix, name);
    NEPA_RETURN_IF_ERROR(io::RemoveAll(aside));
    NEPA_RETURN_IF_ERROR(io::Rename(absl::StrCat(checkpoints_folder, "/", name), aside));
    NEPA_RETURN_IF_ERROR(io::SyncPath(checkpoints_folder));
    NEPA_RETURN_IF_ERROR(io::RemoveAll(aside));
  }
  return absl::OkStatus();
}

}  // namespace nepa::checkpoint
