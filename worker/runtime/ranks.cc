#include "worker/runtime/ranks.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/io/file.h"
#include "worker/runtime/log_tail.h"

namespace nepa::worker {
namespace {

// Of one rank in one turn of the loop, so that a chatty one lets the others speak.
constexpr size_t kReadBytes = 256 << 10;
// What is left in a pipe whose writer is gone is read whole: the kernel bounds it.
constexpr size_t kRestBytes = 4 << 20;

// Where the storage is not mounted, a folder made in its place would take checkpoints to nowhere.
absl::Status CheckStorage(const std::string& storage) {
  std::error_code error;
  if (std::filesystem::is_directory(storage, error)) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("the storage ", storage,
                   " is not there on this worker; mount it, or start the worker with --storage"));
}

}  // namespace

absl::StatusOr<pid_t> Ranks::Start(const agent::RankId& id, const Launch& launch,
                                   const std::string& storage) {
  NEPA_RETURN_IF_ERROR(CheckStorage(storage));
  NEPA_RETURN_IF_ERROR(io::MakeFolders(launch.log_folder));
  NEPA_ASSIGN_OR_RETURN(const std::string job_path,
                        state_.WriteJob(id, frames::Encode(launch.job)));
  absl::StatusOr<Process> process = StartProcess(launch, job_path);
  if (!process.ok()) {
    state_.Forget(id);
    return process.status();
  }
  const pid_t pid = process->pid();
  running_.emplace(id, Running{*std::move(process), launch.log_path, frames::LineSplitter()});
  if (absl::Status status = state_.WriteProcess(id, pid); !status.ok()) {
    // Its lifeline still ends it with this worker.
    LogWarning("process not recorded", {{"pid", pid}, {"why", status.message()}});
  }
  return pid;
}

absl::StatusOr<Process> Ranks::StartProcess(const Launch& launch, const std::string& job_path) {
  if (std::optional<Process> waited =
          standby_.Take(launch.environment, {job_path, launch.log_path})) {
    return *std::move(waited);
  }
  return Process::Start({trainer_, {"--config", job_path}, launch.environment, launch.log_path});
}

void Ranks::WriteStop(const agent::RankId& id, const frames::Stop& stop) {
  const auto found = running_.find(id);
  if (found != running_.end()) found->second.process.WriteControl(frames::Encode(stop));
}

void Ranks::Kill(const agent::RankId& id) {
  const auto found = running_.find(id);
  if (found != running_.end()) found->second.process.Kill();
}

void Ranks::AppendPolls(std::vector<pollfd>& polls, std::vector<agent::RankId>& ids) const {
  for (const auto& [id, rank] : running_) {
    if (rank.process.frames_fd() < 0) continue;
    polls.push_back({rank.process.frames_fd(), POLLIN, 0});
    ids.push_back(id);
  }
}

FramesRead Ranks::Read(const agent::RankId& id) {
  const auto found = running_.find(id);
  return found == running_.end() ? FramesRead{} : ReadFrom(found->second, kReadBytes);
}

FramesRead Ranks::ReadFrom(Running& rank, size_t bytes) {
  FramesRead result;
  std::string buffer(64 << 10, '\0');
  std::vector<std::string> lines;
  for (size_t total = 0; total < bytes && result.fault.ok() && rank.process.frames_fd() >= 0;) {
    const ssize_t count = ::read(rank.process.frames_fd(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) break;
    if (count <= 0) {
      rank.process.CloseFrames();
      break;
    }
    total += static_cast<size_t>(count);
    result.fault =
        rank.splitter.Feed(std::string_view(buffer.data(), static_cast<size_t>(count)), lines);
  }
  for (const std::string& line : lines) {
    absl::StatusOr<frames::Frame> frame = frames::DecodeFrame(line);
    if (!frame.ok()) {
      result.fault = frame.status();
      break;
    }
    result.frames.push_back(*std::move(frame));
  }
  if (!result.fault.ok()) rank.process.CloseFrames();
  return result;
}

std::vector<RankEnd> Ranks::TakeEnded() {
  standby_.Reap();
  std::vector<RankEnd> ends;
  for (auto it = running_.begin(); it != running_.end();) {
    auto& [id, rank] = *it;
    std::optional<agent::ProcessEnd> end = rank.process.Reap();
    if (!end.has_value()) {
      ++it;
      continue;
    }
    end->log_tail = LogTail(rank.log_path);
    ends.push_back({id, ReadFrom(rank, kRestBytes), *std::move(end)});
    state_.Forget(id);
    it = running_.erase(it);
  }
  return ends;
}

}  // namespace nepa::worker
