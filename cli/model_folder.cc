#include "cli/model_folder.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "common/base/status.h"
#include "common/io/absolute_path.h"
#include "common/io/file.h"
#include "common/io/unique_fd.h"
#include "common/io/write_all.h"
#include "common/manifest/manifest.h"

namespace nepa::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kOtherFolder[] = "name a folder DIR that can be made and written";
constexpr char kWeights[] = "model.safetensors";
constexpr char kEmaWeights[] = "model_ema.safetensors";

// What a model folder has of a checkpoint; all else is for resuming.
const std::set<std::string>& ModelFiles() {
  static const auto* const files =
      new std::set<std::string>{"config.json", kWeights, kEmaWeights, "preprocessor_config.json"};
  return *files;
}

// Removes what was written unless it was kept.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  ~TemporaryFolder() {
    io::RemoveAll(path_).IgnoreError();  // nothing left of it after its rename
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

absl::Status CheckTarget(const std::string& folder) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(folder, error);
  if (status.type() == fs::file_type::not_found) return absl::OkStatus();
  if (status.type() == fs::file_type::none) {
    return absl::InvalidArgumentError(
        absl::StrCat("looking at ", folder, ": ", error.message(), "; name another folder"));
  }
  if (fs::is_directory(folder, error) && fs::is_empty(folder, error) && !error) {
    return absl::OkStatus();
  }
  return absl::AlreadyExistsError(
      absl::StrCat(folder, " exists and is not an empty folder; name a new one"));
}

absl::Status CopyFiles(const std::string& source, const std::string& target) {
  for (const std::string& name : ModelFiles()) {
    const std::string from = absl::StrCat(source, "/", name);
    std::error_code error;
    if (!fs::exists(from, error)) continue;
    NEPA_RETURN_IF_ERROR(LocalFailure(io::CopyFile(from, absl::StrCat(target, "/", name))));
  }
  const std::string from = absl::StrCat(source, "/", manifest::kFileName);
  const absl::StatusOr<std::string> text = io::ReadFile(from, manifest::kMaxManifestBytes);
  if (!text.ok()) return LocalFailure(text.status());
  return LocalFailure(
      io::WriteFileAtomically(absl::StrCat(target, "/", manifest::kFileName), *text));
}

absl::Status StreamFiles(Client& client, const std::string& id, const std::string& target) {
  std::string open_name;
  io::UniqueFd fd;
  return client.ReadCheckpoint(id, [&](const v1::ReadCheckpointResponse& piece) -> absl::Status {
    // Only names of our own list are ever opened, whatever the other side says.
    if (!ModelFiles().contains(piece.file()) && piece.file() != manifest::kFileName) {
      return absl::OkStatus();
    }
    const std::string path = absl::StrCat(target, "/", piece.file());
    if (piece.file() != open_name) {
      absl::StatusOr<io::UniqueFd> created = io::CreateFile(path);
      if (!created.ok()) return LocalFailure(created.status());
      fd = *std::move(created);
      open_name = piece.file();
    }
    return LocalFailure(io::WriteAll(fd.get(), piece.piece(), path));
  });
}

// Compares what was fetched with its manifest, then drops the manifest: it speaks of more files.
absl::Status CheckFiles(const std::string& folder, const std::string& id) {
  const std::string manifest_path = absl::StrCat(folder, "/", manifest::kFileName);
  const absl::StatusOr<std::string> text = io::ReadFile(manifest_path, manifest::kMaxManifestBytes);
  if (!text.ok()) return LocalFailure(text.status());
  NEPA_ASSIGN_OR_RETURN(const manifest::Manifest expected, manifest::Decode(*text));
  NEPA_RETURN_IF_ERROR(LocalFailure(io::RemoveAll(manifest_path)));
  const auto found = manifest::HashFiles(folder);
  if (!found.ok()) return LocalFailure(found.status());
  for (const auto& [name, file] : expected.files) {
    if (!ModelFiles().contains(name)) continue;
    const auto here = found->find(name);
    if (here == found->end() || here->second != file) {
      return absl::DataLossError(absl::StrCat(
          "checkpoint ", id, ": ", name, here == found->end() ? " is missing" : " has changed",
          "; nepactl checkpoints verify ", id, " looks at all of it"));
    }
  }
  if (!found->contains(kWeights) || !found->contains("config.json")) {
    return absl::DataLossError(
        absl::StrCat("checkpoint ", id, " has no ", kWeights,
                     " or no config.json; choose another of nepactl checkpoints list"));
  }
  return absl::OkStatus();
}

absl::Status Rename(const std::string& from, const std::string& to) {
  return LocalFailure(io::Rename(from, to));
}

absl::Status SwapEma(const std::string& folder, const std::string& id) {
  const std::string weights = absl::StrCat(folder, "/", kWeights);
  const std::string ema = absl::StrCat(folder, "/", kEmaWeights);
  if (::access(ema.c_str(), F_OK) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("checkpoint ", id, " has no EMA weights; export it without --ema"));
  }
  const std::string kept = absl::StrCat(weights, ".raw");
  NEPA_RETURN_IF_ERROR(Rename(weights, kept));
  NEPA_RETURN_IF_ERROR(Rename(ema, weights));
  return Rename(kept, ema);
}

absl::StatusOr<ExportedFolder> Finish(const std::string& folder) {
  ExportedFolder exported{.folder = folder};
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    exported.files.push_back(entry->path().filename().string());
    exported.bytes += static_cast<int64_t>(entry->file_size(error));
    if (error) break;
    NEPA_RETURN_IF_ERROR(io::SyncPath(entry->path().string()));
  }
  if (error) return ErrnoStatus(error.value(), absl::StrCat("listing ", folder));
  NEPA_RETURN_IF_ERROR(io::SyncPath(folder));
  std::sort(exported.files.begin(), exported.files.end());
  return exported;
}

}  // namespace

absl::StatusOr<ExportedFolder> ExportModelFolder(Client& client, const v1::Checkpoint& checkpoint,
                                                 const std::string& folder, bool swap_ema) {
  absl::StatusOr<std::string> target = io::AbsolutePath(folder);
  if (!target.ok()) return LocalFailure(target.status(), "name the folder DIR to make");
  NEPA_RETURN_IF_ERROR(CheckTarget(*target));
  NEPA_RETURN_IF_ERROR(
      LocalFailure(io::MakeFolders(fs::path(*target).parent_path().string()), kOtherFolder));
  const TemporaryFolder temporary(absl::StrCat(*target, ".tmp.", ::getpid()));
  NEPA_RETURN_IF_ERROR(LocalFailure(io::MakeFolders(temporary.path()), kOtherFolder));

  std::error_code error;
  const bool visible = fs::exists(absl::StrCat(checkpoint.path(), "/", manifest::kFileName), error);
  NEPA_RETURN_IF_ERROR(visible ? CopyFiles(checkpoint.path(), temporary.path())
                               : StreamFiles(client, checkpoint.id(), temporary.path()));
  NEPA_RETURN_IF_ERROR(CheckFiles(temporary.path(), checkpoint.id()));
  if (swap_ema) NEPA_RETURN_IF_ERROR(SwapEma(temporary.path(), checkpoint.id()));
  absl::StatusOr<ExportedFolder> exported = Finish(temporary.path());
  if (!exported.ok()) return LocalFailure(exported.status());
  NEPA_RETURN_IF_ERROR(Rename(temporary.path(), *target));
  NEPA_RETURN_IF_ERROR(LocalFailure(io::SyncParent(*target)));
  exported->folder = *std::move(target);
  return exported;
}

}  // namespace nepa::cli
