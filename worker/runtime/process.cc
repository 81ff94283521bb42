#include "worker/runtime/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace nepa::worker {
namespace {

using io::UniqueFd;

// Where the trainer finds its ends. Ours are kept above, so that no dup2 overwrites one.
constexpr int kFramesFd = 3;
constexpr int kControlFd = 4;
constexpr int kFirstOwnFd = 10;

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

absl::StatusOr<UniqueFd> MoveUp(int fd) {
  const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, kFirstOwnFd);
  const int error = errno;
  ::close(fd);
  if (moved < 0) return ErrnoStatus(error, "making a pipe for a trainer");
  return UniqueFd(moved);
}

absl::StatusOr<Pipe> MakePipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "making a pipe for a trainer");
  absl::StatusOr<UniqueFd> read = MoveUp(ends[0]);
  absl::StatusOr<UniqueFd> write = MoveUp(ends[1]);
  if (!read.ok()) return read.status();
  if (!write.ok()) return write.status();
  return Pipe{*std::move(read), *std::move(write)};
}

absl::Status MakeNonBlocking(int fd) {
  if (::fcntl(fd, F_SETFL, O_NONBLOCK) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, "making a pipe for a trainer");
}

// posix_spawn's two records, freed with this.
class SpawnPlan {
 public:
  SpawnPlan(int log_fd, int frames_fd, int control_fd) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, log_fd, 1);
    posix_spawn_file_actions_adddup2(&actions_, log_fd, 2);
    posix_spawn_file_actions_adddup2(&actions_, frames_fd, kFramesFd);
    posix_spawn_file_actions_adddup2(&actions_, control_fd, kControlFd);
    // Libraries open sockets that would stay open in the trainer, and the worker's ports taken.
    posix_spawn_file_actions_addclosefrom_np(&actions_, kControlFd + 1);

    // The loop blocks the signals it takes from a descriptor, and ignores SIGPIPE; a trainer
    // starts with neither.
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

absl::StatusOr<Process> Process::Start(const ProcessSpec& spec) {
  UniqueFd log(::open(spec.log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!log.valid()) return ErrnoStatus(errno, absl::StrCat("opening the log ", spec.log_path));
  NEPA_ASSIGN_OR_RETURN(log, MoveUp(log.release()));
  NEPA_ASSIGN_OR_RETURN(Pipe frames, MakePipe());
  NEPA_ASSIGN_OR_RETURN(Pipe control, MakePipe());
  NEPA_RETURN_IF_ERROR(MakeNonBlocking(frames.read.get()));
  NEPA_RETURN_IF_ERROR(MakeNonBlocking(control.write.get()));

  std::vector<std::string> arguments = {spec.path};
  arguments.insert(arguments.end(), spec.arguments.begin(), spec.arguments.end());
  arguments.insert(arguments.end(), {"--frames-fd", absl::StrCat(kFramesFd), "--control-fd",
                                     absl::StrCat(kControlFd)});
  std::vector<std::string> environment = spec.environment;

  const SpawnPlan plan(log.get(), frames.write.get(), control.read.get());
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, spec.path.c_str(), plan.actions(), plan.attributes(),
                                  Pointers(arguments).data(), Pointers(environment).data());
  if (error != 0) return ErrnoStatus(error, absl::StrCat("starting ", spec.path));
  return Process(pid, std::move(frames.read), std::move(control.write));
}

void Process::WriteControl(std::string_view line) {
  // A line is far shorter than PIPE_BUF: written whole or not at all.
  const std::string text = absl::StrCat(absl::string_view(line.data(), line.size()), "\n");
  while (::write(control_.get(), text.data(), text.size()) < 0 && errno == EINTR) {
  }
}

void Process::Kill() {
  if (!reaped_) ::kill(-pid_, SIGKILL);
}

std::optional<agent::ProcessEnd> Process::Reap() {
  if (reaped_) return std::nullopt;
  // Looked at before it is waited for: while the process is a zombie, its number, which is also
  // the group's, belongs to nobody else.
  siginfo_t seen;
  std::memset(&seen, 0, sizeof(seen));
  const int looked = ::waitid(P_PID, static_cast<id_t>(pid_), &seen, WEXITED | WNOHANG | WNOWAIT);
  if (looked == 0 && seen.si_pid == 0) return std::nullopt;  // runs
  ::kill(-pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  reaped_ = true;
  agent::ProcessEnd end;
  if (WIFSIGNALED(status)) end.signal_number = WTERMSIG(status);
  if (WIFEXITED(status)) end.exit_status = WEXITSTATUS(status);
  return end;
}

}  // namespace nepa::worker
