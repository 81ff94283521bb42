#include "worker/runtime/state_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/io/file.h"
#include "worker/runtime/process_identity.h"

namespace nepa::worker {
namespace {

constexpr size_t kMaxBytes = 4096;

std::string HolderOf(const std::string& lock_path) {
  const absl::StatusOr<std::string> text = io::ReadFile(lock_path, kMaxBytes);
  return text.ok() ? std::string(absl::StripAsciiWhitespace(*text)) : "unknown";
}

}  // namespace

absl::StatusOr<StateFolder> StateFolder::Open(const std::string& path) {
  NEPA_RETURN_IF_ERROR(io::MakeFolders(path + "/ranks"));
  const std::string lock_path = path + "/lock";
  io::UniqueFd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock.valid()) return ErrnoStatus(errno, absl::StrCat("opening ", lock_path));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return ErrnoStatus(errno, absl::StrCat("locking ", lock_path));
    return absl::FailedPreconditionError(
        absl::StrCat("the state folder ", path, " is in use by another worker, process ",
                     HolderOf(lock_path), "; give each worker a --state of its own"));
  }
  const std::string pid = absl::StrCat(::getpid(), "\n");
  if (::ftruncate(lock.get(), 0) != 0 ||
      ::pwrite(lock.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return ErrnoStatus(errno, absl::StrCat("writing ", lock_path));
  }
  std::error_code ignored;  // often there is none
  std::filesystem::remove(path + "/endpoints.json", ignored);
  return StateFolder(path, std::move(lock));
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
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
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
  std::error_code ignored;
  std::filesystem::remove(RankPath(id, ".pid"), ignored);
  std::filesystem::remove(RankPath(id, ".json"), ignored);
}

}  // namespace nepa::worker
