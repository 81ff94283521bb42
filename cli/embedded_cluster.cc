#include "cli/embedded_cluster.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "cli/programs.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/io/file.h"

namespace nepa::cli {
namespace {

constexpr absl::Duration kStartPatience = absl::Seconds(30);
constexpr absl::Duration kLookInterval = absl::Milliseconds(10);
// A worker may be writing a checkpoint.
constexpr absl::Duration kStopPatience = absl::Seconds(60);
constexpr absl::Duration kKillPatience = absl::Seconds(2);
constexpr size_t kLogLines = 10;

absl::Status Ended(const std::string& daemon, int code, const std::string& log) {
  return absl::InternalError(absl::StrCat("nepa-", daemon, " ended by itself with exit code ", code,
                                          "; the end of its log ", log, ":\n",
                                          LastLines(log, kLogLines)));
}

// Starts one daemon and waits until its endpoints.json is there, which it writes once it serves.
absl::StatusOr<ChildProcess> StartDaemon(const StateFolder& folder, const std::string& daemon,
                                         std::vector<std::string> flags, int inherited,
                                         ChildProcess::AfterUs after_us) {
  NEPA_ASSIGN_OR_RETURN(const std::string program, ProgramBeside("nepa-" + daemon, "nepactl run"));
  const std::string state = folder.path() + "/" + daemon;
  const std::string endpoints = state + "/endpoints.json";
  NEPA_RETURN_IF_ERROR(LocalFailure(io::MakeFolders(state)));
  // That of an earlier run leads nowhere. The lock of the folder says that no one serves there.
  ::unlink(endpoints.c_str());
  std::vector<std::string> words = {program,       "--state",   state,           "--http",
                                    "127.0.0.1:0", "--storage", folder.storage()};
  words.insert(words.end(), flags.begin(), flags.end());
  absl::StatusOr<ChildProcess> started =
      ChildProcess::Start(words, folder.log(daemon), {folder.lock_fd(), inherited}, after_us);
  if (!started.ok()) return LocalFailure(started.status());
  ChildProcess child = *std::move(started);
  const absl::Time end = SteadyNow() + kStartPatience;
  while (::access(endpoints.c_str(), F_OK) != 0) {
    if (child.Wait(kLookInterval)) return Ended(daemon, *child.exit_code(), folder.log(daemon));
    if (SteadyNow() > end) {
      return absl::DeadlineExceededError(absl::StrCat("nepa-", daemon, " did not serve within ",
                                                      absl::FormatDuration(kStartPatience),
                                                      "; its log is ", folder.log(daemon)));
    }
  }
  return child;
}

void StopDaemon(ChildProcess& daemon, absl::Duration patience) {
  daemon.Signal(SIGTERM);
  if (daemon.Wait(patience)) return;
  daemon.Signal(SIGKILL);
  daemon.Wait(kKillPatience);
}

}  // namespace

absl::StatusOr<EmbeddedCluster> EmbeddedCluster::StartCoordinator(const StateFolder& folder) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "making the coordinator's lifeline");
  const io::UniqueFd read_end(ends[0]);
  io::UniqueFd lifeline(ends[1]);
  NEPA_ASSIGN_OR_RETURN(
      ChildProcess child,
      StartDaemon(folder, "coordinator",
                  {"--listen", "127.0.0.1:0", "--lifeline", absl::StrCat(read_end.get())},
                  read_end.get(), ChildProcess::AfterUs::kGoesOn));
  EmbeddedCluster cluster(folder, std::move(child), std::move(lifeline));
  const std::string path = folder.coordinator() + "/endpoints.json";
  const absl::StatusOr<std::string> text = io::ReadFile(path, 1 << 16);
  if (!text.ok()) return LocalFailure(text.status());
  const nlohmann::json endpoints =
      nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!endpoints.is_object() || !endpoints.contains("grpc") || !endpoints["grpc"].is_string()) {
    return absl::InternalError(
        absl::StrCat(path, " does not say where the coordinator listens; its log is ",
                     folder.log("coordinator")));
  }
  cluster.address_ = endpoints["grpc"].get<std::string>();
  return cluster;
}

absl::Status EmbeddedCluster::StartWorker(const std::string& slots, const std::string& device) {
  NEPA_ASSIGN_OR_RETURN(ChildProcess child,
                        StartDaemon(folder_, "worker",
                                    // No trainer in waiting: there is one job, and it comes first.
                                    {"--coordinator", address_, "--name", "local", "--slots", slots,
                                     "--device", device, "--no-standby"},
                                    lifeline_.get(), ChildProcess::AfterUs::kIsEnded));
  worker_.emplace(std::move(child));
  return absl::OkStatus();
}

std::vector<int> EmbeddedCluster::fds() const {
  std::vector<int> fds = {coordinator_.fd()};
  if (worker_.has_value()) fds.push_back(worker_->fd());
  return fds;
}

absl::Status EmbeddedCluster::Check() {
  if (coordinator_.Wait(absl::ZeroDuration())) {
    return Ended("coordinator", *coordinator_.exit_code(), folder_.log("coordinator"));
  }
  if (worker_.has_value() && worker_->Wait(absl::ZeroDuration())) {
    return Ended("worker", *worker_->exit_code(), folder_.log("worker"));
  }
  return absl::OkStatus();
}

void EmbeddedCluster::Stop() {
  if (worker_.has_value()) StopDaemon(*worker_, kStopPatience);
  StopDaemon(coordinator_, kStopPatience);
}

void EmbeddedCluster::Kill() {
  if (worker_.has_value()) StopDaemon(*worker_, absl::ZeroDuration());
  StopDaemon(coordinator_, kKillPatience);
}

}  // namespace nepa::cli
