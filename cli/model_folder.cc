#include "cli/model_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/io/file.h"
#include "common/io/unique_fd.h"
#include "common/manifest/manifest.h"

namespace nepa::cli {
namespace {

namespace fs = std::filesystem;

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
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

absl::Status Append(int fd, absl::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoStatus(errno, absl::StrCat("writing ", path));
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

absl::Status CheckTarget(const std::string& folder) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(folder, error))) return absl::OkStatus();
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
    fs::copy_file(from, absl::StrCat(target, "/", name), error);
    if (error) return ErrnoStatus(error.value(), absl::StrCat("copying ", from));
  }
  const std::string from = absl::StrCat(source, "/", manifest::kFileName);
  NEPA_ASSIGN_OR_RETURN(const std::string text, io::ReadFile(from, manifest::kMaxManifestBytes));
  return io::WriteFileAtomically(absl::StrCat(target, "/", manifest::kFileName), text);
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
      fd.Reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
      if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("creating ", path));
      open_name = piece.file();
    }
    return Append(fd.get(), piece.piece(), path);
  });
}

// Compares what was fetched with its manifest, then drops the manifest: it speaks of more files.
absl::Status CheckFiles(const std::string& folder, const std::string& id) {
  const std::string manifest_path = absl::StrCat(folder, "/", manifest::kFileName);
  NEPA_ASSIGN_OR_RETURN(const std::string text,
                        io::ReadFile(manifest_path, manifest::kMaxManifestBytes));
  NEPA_ASSIGN_OR_RETURN(const manifest::Manifest expected, manifest::Decode(text));
  fs::remove(manifest_path);
  NEPA_ASSIGN_OR_RETURN(const auto found, manifest::HashFiles(folder));
  for (const auto& [name, file] : expected.files) {
    if (!ModelFiles().contains(name)) continue;
    const auto here = found.find(name);
    if (here == found.end() || here->second != file) {
      return absl::DataLossError(absl::StrCat(
          "checkpoint ", id, ": ", name, here == found.end() ? " is missing" : " has changed",
          "; nepactl checkpoints verify ", id, " looks at all of it"));
    }
  }
  if (!found.contains(kWeights) || !found.contains("config.json")) {
    return absl::DataLossError(
        absl::StrCat("checkpoint ", id, " has no ", kWeights, " or no config.json"));
  }
  return absl::OkStatus();
}

absl::Status Rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, absl::StrCat("renaming ", from, " to ", to));
}

absl::Status SwapEma(const std::string& folder, const std::string& id) {
  const std::string weights = absl::StrCat(folder, "/", kWeights);
  const std::string ema = absl::StrCat(folder, "/", kEmaWeights);
  if (!fs::exists(ema)) {
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
  std::set<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
    exported.bytes += static_cast<int64_t>(entry.file_size());
    NEPA_RETURN_IF_ERROR(io::SyncPath(entry.path().string()));
  }
  exported.files.assign(names.begin(), names.end());
  return exported;
}

}  // namespace

absl::StatusOr<ExportedFolder> ExportModelFolder(Client& client, const v1::Checkpoint& checkpoint,
                                                 const std::string& folder, bool swap_ema) {
  std::string target = fs::absolute(folder).lexically_normal().string();
  if (target.size() > 1 && target.back() == '/') target.pop_back();
  NEPA_RETURN_IF_ERROR(CheckTarget(target));
  NEPA_RETURN_IF_ERROR(io::MakeFolders(fs::path(target).parent_path().string()));
  const TemporaryFolder temporary(absl::StrCat(target, ".tmp.", ::getpid()));
  NEPA_RETURN_IF_ERROR(io::MakeFolders(temporary.path()));

  std::error_code error;
  const bool visible = fs::exists(absl::StrCat(checkpoint.path(), "/", manifest::kFileName), error);
  NEPA_RETURN_IF_ERROR(visible ? CopyFiles(checkpoint.path(), temporary.path())
                               : StreamFiles(client, checkpoint.id(), temporary.path()));
  NEPA_RETURN_IF_ERROR(CheckFiles(temporary.path(), checkpoint.id()));
  if (swap_ema) NEPA_RETURN_IF_ERROR(SwapEma(temporary.path(), checkpoint.id()));
  NEPA_ASSIGN_OR_RETURN(ExportedFolder exported, Finish(temporary.path()));
  NEPA_RETURN_IF_ERROR(Rename(temporary.path(), target));
  exported.folder = target;
  return exported;
}

}  // namespace nepa::cli
