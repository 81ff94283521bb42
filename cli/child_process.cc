#include "cli/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/spinning.h"
#include "common/base/status.h"

extern char** environ;

namespace nepa::cli {
namespace {

std::vector<std::string> CleanEnvironment() {
  std::vector<std::string> kept;
  // So that a trainer doesn't start itself once more.
  if (::getenv(kSpinVariable) == nullptr && ::getenv(kWaitPolicy) == nullptr) {
    kept.push_back(absl::StrCat(kSpinVariable, "=", kSpins));
  }
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!absl::StartsWith(*entry, "NEPA_")) kept.emplace_back(*entry);
  }
  return kept;
}

std::vector<char*> Pointers(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// Between fork and exec, where only what is safe in a signal handler may be called: everything that
// allocates was done before.
[[noreturn]] void Become(char* const* argv, char* const* env, const ChildProcess::Streams& streams,
                         ChildProcess::AfterUs after_us, pid_t parent) {
  if (after_us == ChildProcess::AfterUs::kIsEnded) ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);  // it ended before we could ask to be told
  ::setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  const int in = streams.in >= 0 ? streams.in : ::open("/dev/null", O_RDONLY);
  if (in >= 0) ::dup2(in, STDIN_FILENO);
  ::dup2(streams.out, STDOUT_FILENO);
  ::dup2(streams.err, STDERR_FILENO);
  for (const int fd : streams.inherited) ::fcntl(fd, F_SETFD, 0);
  ::execve(argv[0], argv, env);
  ::_exit(127);
}

int PidFd(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

}  // namespace

absl::StatusOr<ChildProcess> ChildProcess::Start(const std::vector<std::string>& words,
                                                 const std::string& log_path,
                                                 const std::vector<int>& inherited,
                                                 AfterUs after_us) {
  const io::UniqueFd log(::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!log.valid()) return ErrnoStatus(errno, absl::StrCat("opening ", log_path));
  return Start(words, {.out = log.get(), .err = log.get(), .inherited = inherited}, after_us);
}

absl::StatusOr<ChildProcess> ChildProcess::Start(const std::vector<std::string>& words,
                                                 const Streams& streams, AfterUs after_us) {
  if (::access(words[0].c_str(), X_OK) != 0) {
    return ErrnoStatus(errno, absl::StrCat("starting ", words[0]));
  }
  const std::vector<std::string> environment = CleanEnvironment();
  const std::vector<char*> argv = Pointers(words), env = Pointers(environment);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return ErrnoStatus(errno, absl::StrCat("starting ", words[0]));
  if (pid == 0) Become(argv.data(), env.data(), streams, after_us, parent);
  ChildProcess child(pid, io::UniqueFd(PidFd(pid)));
  if (!child.pidfd_.valid()) return ErrnoStatus(errno, absl::StrCat("watching ", words[0]));
  return child;
}

ChildProcess::~ChildProcess() {
  if (pidfd_.valid() && !exit_code_.has_value()) {
    Signal(SIGKILL);
    Wait(absl::Seconds(10));
  }
}

void ChildProcess::Signal(int signal_number) {
  if (!exit_code_.has_value()) ::kill(pid_, signal_number);
}

bool ChildProcess::Wait(absl::Duration patience) {
  if (exit_code_.has_value()) return true;
  pollfd polled{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&polled, 1, static_cast<int>(absl::ToInt64Milliseconds(patience))) <= 0) return false;
  int status = 0;
  if (::waitpid(pid_, &status, 0) != pid_) return false;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

}  // namespace nepa::cli
