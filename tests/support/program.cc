#include "tests/support/program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

extern char** environ;

namespace nepa::testing {
namespace {

pid_t Spawn(const std::string& path, const std::vector<std::string>& arguments,
            const std::string& out_path, const std::string& error_path) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const int flags = O_WRONLY | O_CREAT | O_APPEND;
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out_path.c_str(), flags, 0644);
  posix_spawn_file_actions_addopen(&actions, 2, error_path.c_str(), flags, 0644);
  std::vector<char*> argv = {const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, path.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start " + path);
  return pid;
}

std::string ReadAll(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

std::string BinaryPath(const std::string& name) {
  const char* folder = std::getenv("NEPA_BIN");
  return std::string(folder != nullptr ? folder : "build/bin") + "/" + name;
}

void SleepBriefly() { ::usleep(10'000); }

Program::Program(const std::string& path, const std::vector<std::string>& arguments,
                 const std::string& log_path)
    : pid_(Spawn(path, arguments, log_path, log_path)) {}

Program::Program(Program&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), exit_code_(other.exit_code_) {}

Program::~Program() {
  if (pid_ > 0 && running()) KillNow();
}

bool Program::running() {
  if (exit_code_.has_value()) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

void Program::Signal(int signal_number) {
  if (running()) ::kill(pid_, signal_number);
}

std::optional<int> Program::Wait(absl::Duration timeout) {
  if (!WaitUntil([this] { return !running(); }, timeout)) return std::nullopt;
  return exit_code_;
}

void Program::KillNow() {
  Signal(SIGKILL);
  Wait(absl::Seconds(30));
}

Output RunProgram(const std::string& path, const std::vector<std::string>& arguments,
                  absl::Duration timeout) {
  char folder[] = "/tmp/nepa-run-XXXXXX";
  if (::mkdtemp(folder) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  const std::string out = std::string(folder) + "/out";
  const std::string error = std::string(folder) + "/error";
  Output output;
  {
    // A Program with separate files for its two streams.
    const pid_t pid = Spawn(path, arguments, out, error);
    int status = 0;
    const bool ended = WaitUntil([&] { return ::waitpid(pid, &status, WNOHANG) == pid; }, timeout);
    if (!ended) {
      ::kill(pid, SIGKILL);
      ::waitpid(pid, &status, 0);
    }
    output.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  output.out = ReadAll(out);
  output.error = ReadAll(error);
  std::filesystem::remove_all(folder);
  return output;
}

}  // namespace nepa::testing
