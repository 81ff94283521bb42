#include "worker/runtime/state_folder.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/io/file.h"
#include "common/io/file_lock.h"
#include "common/io/state_folder.h"
#include "worker/runtime/process_identity.h"

namespace nepa::worker {
namespace {

constexpr size_t kMaxBytes = 4096;

}  // namespace

absl::StatusOr<StateFolder> StateFolder::Open(const std::string& path) {
  NEPA_RETURN_IF_ERROR(io::MakeStateFolder(path, io::Program::kWorker));
  const std::string lock_path = path + "/lock";
  absl::StatusOr<io::UniqueFd> lock = io::TryLockFile(lock_path);
  if (absl::IsFailedPrecondition(lock.status())) {
    return absl::FailedPreconditionError(
        absl::StrCat("the state folder ", path, " is in use by another worker, ",
                     io::HolderOf(lock_path), "; give each worker a --state of its own"));
  }
  NEPA_RETURN_IF_ERROR(io::WithAdvice(lock.status(), "--state"));
  NEPA_RETURN_IF_ERROR(io::WithAdvice(io::MakeFolders(path + "/ranks"), "--state"));
  NEPA_RETURN_IF_ERROR(io::RemoveAll(path + "/endpoints.json"));
  return StateFolder(path, *std::move(lock));
}

absl::Status StateFolder::EndStaleRanks() {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator entry(path_ + "/ranks", error), end;
       !error && entry != end; entry.increment(error)) {
    files.push_back(entry->path());
  }
  if (error) return ErrnoStatus(error.value(), absl::StrCat("listing ", path_, "/ranks"));
  for (const std::filesystem::path& file : files) {
    if (file.extension() == ".pid") {
      const absl::StatusOr<std::string> text = io::ReadFile(file.string(), kMaxBytes);
      const absl::StatusOr<ProcessIdentity> identity =
          text.ok() ? DecodeProcessIdentity(*text) : text.status();
      if (identity.ok()) {
        LogInfo("ending a rank of an earlier start", {{"pid", identity->pid}});
        NEPA_RETURN_IF_ERROR(EndProcess(*identity));
      }
    }
    NEPA_RETURN_IF_ERROR(io::RemoveAll(file.string()));
  }
  return absl::OkStatus();
}

absl::Status StateFolder::WriteEndpoints(const std::string& http_address) {
  return io::WriteFileAtomically(path_ + "/endpoints.json",
                                 nlohmann::json{{"http", http_address}}.dump() + "\n");
}

std::string StateFolder::RankPath(const agent::RankId& id, const char* suffix) const {
  return absl::StrCat(path_, "/ranks/", id.attempt.job_id, ".", id.attempt.attempt, ".", id.rank,
                      suffix);
}

absl::StatusOr<std::string> StateFolder::WriteJob(const agent::RankId& id,
                                                  const std::string& json) {
  const std::string path = RankPath(id, ".json");
  NEPA_RETURN_IF_ERROR(io::WriteFileAtomically(path, json));
  return path;
}

absl::Status StateFolder::WriteProcess(const agent::RankId& id, pid_t pid) {
  NEPA_ASSIGN_OR_RETURN(const ProcessIdentity identity, IdentityOf(pid));
  return io::WriteFileAtomically(RankPath(id, ".pid"), Encode(identity));
}

void StateFolder::Forget(const agent::RankId& id) {
  // What stays is removed by the next start, which finds no such process.
  io::RemoveAll(RankPath(id, ".pid")).IgnoreError();
  io::RemoveAll(RankPath(id, ".json")).IgnoreError();
}

}  // namespace nepa::worker
