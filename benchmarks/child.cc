#include "benchmarks/child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/time/clock.h"
#include "absl/time/time.h"

extern char** environ;

namespace nepa::benchmarks {
namespace {

// Programs stand beside this one.
std::string PathOf(const std::string& program) {
  return std::filesystem::read_symlink("/proc/self/exe").replace_filename(program);
}

pid_t Start(const std::string& program, const std::vector<std::string>& arguments,
            const std::string& log) {
  const std::string path = PathOf(program);
  std::vector<std::string> words = {path};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, path.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    std::cerr << "cannot start " << path << "\n";
    std::exit(1);
  }
  return pid;
}

}  // namespace

Coordinator::Coordinator(const std::string& folder) {
  const std::string state = folder + "/state", log = folder + "/coordinator.log";
  pid_ = Start("nepa-coordinator",
               {"--state", state, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"}, log);
  const std::string endpoints = state + "/endpoints.json";
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (!std::filesystem::exists(endpoints)) {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0 || absl::Now() > deadline) {
      std::cerr << "nepa-coordinator did not come up: " << log << "\n";
      std::exit(1);
    }
    absl::SleepFor(absl::Milliseconds(10));
  }
  std::ifstream file(endpoints);
  address_ = nlohmann::json::parse(file).at("grpc");
}

Coordinator::~Coordinator() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void RunNepactl(const std::vector<std::string>& arguments) {
  int status = 0;
  ::waitpid(Start("nepactl", arguments, "/dev/null"), &status, 0);
  if (status == 0) return;
  std::cerr << "nepactl failed\n";
  std::exit(1);
}

}  // namespace nepa::benchmarks
