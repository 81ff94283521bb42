#include "tests/integration/trainer_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/support/program.h"

namespace nepa::testing {
namespace {

constexpr int kFramesFd = 3;
constexpr int kControlFd = 4;

}  // namespace

TrainerProcess::TrainerProcess(const frames::TrainerJob& job) {
  std::filesystem::create_directories(job.folder);
  const std::string stem = absl::StrCat(job.folder, "/attempt-", job.attempt, "-rank-", job.rank);
  const std::string config = stem + ".json";
  const std::string log = stem + ".log";
  std::ofstream(config) << frames::Encode(job);

  // High descriptors, so that the child's 3 and 4 are never the source of one another.
  int frame_pipe[2], control_pipe[2];
  EXPECT_EQ(::pipe2(frame_pipe, O_CLOEXEC), 0);
  EXPECT_EQ(::pipe2(control_pipe, O_CLOEXEC), 0);
  frames_.Reset(::fcntl(frame_pipe[0], F_DUPFD_CLOEXEC, 50));
  control_.Reset(::fcntl(control_pipe[1], F_DUPFD_CLOEXEC, 50));
  const io::UniqueFd child_frames(::fcntl(frame_pipe[1], F_DUPFD_CLOEXEC, 50));
  const io::UniqueFd child_control(::fcntl(control_pipe[0], F_DUPFD_CLOEXEC, 50));
  for (const int fd : {frame_pipe[0], frame_pipe[1], control_pipe[0], control_pipe[1]}) ::close(fd);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, child_frames.get(), kFramesFd);
  ::posix_spawn_file_actions_adddup2(&actions, child_control.get(), kControlFd);
  ::posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
  const std::string program = BinaryPath("nepa-trainer");
  std::vector<std::string> arguments = {program, "--config",     config, "--frames-fd",
                                        "3",     "--control-fd", "4"};
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  EXPECT_EQ(::posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv.data(), environ), 0);
  ::posix_spawn_file_actions_destroy(&actions);
}

TrainerProcess::~TrainerProcess() {
  if (pid_ > 0) {
    Kill();
    Wait();
  }
}

std::optional<frames::Frame> TrainerProcess::Next() {
  size_t end;
  while ((end = unread_.find('\n')) == std::string::npos) {
    char buffer[4096];
    const ssize_t count = ::read(frames_.get(), buffer, sizeof(buffer));
    if (count <= 0) return std::nullopt;
    unread_.append(buffer, static_cast<size_t>(count));
  }
  const auto frame = frames::DecodeFrame(unread_.substr(0, end));
  EXPECT_TRUE(frame.ok()) << frame.status();
  unread_.erase(0, end + 1);
  if (!frame.ok()) return std::nullopt;
  seen_.push_back(*frame);
  return *frame;
}

void TrainerProcess::AskToStop(bool checkpoint) {
  const std::string line = frames::Encode(frames::Stop{checkpoint}) + "\n";
  EXPECT_EQ(::write(control_.get(), line.data(), line.size()), static_cast<ssize_t>(line.size()));
}

void TrainerProcess::Kill() { ::kill(pid_, SIGKILL); }

int TrainerProcess::Wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

frames::Exit ExitOf(TrainerProcess& trainer) {
  const auto exit = trainer.NextOf<frames::Exit>();
  if (!exit.has_value()) return {frames::ExitKind::kInternal, "the pipe ended without an exit"};
  return *exit;
}

}  // namespace nepa::testing
