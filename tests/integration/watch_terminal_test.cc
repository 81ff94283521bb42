// nepactl watch on a terminal: what it draws, and that the terminal is as before when it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "tests/support/fake_job_service.h"
#include "tests/support/program.h"

namespace nepa::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr char kEnter[] = "\033[?1049h\033[?25l";
constexpr char kLeave[] = "\033[?25h\033[?1049l";
constexpr char kClear[] = "\033[H\033[2J";
constexpr int kPatienceMilliseconds = 30'000;

// nepactl as a person runs it, on a pseudo-terminal of its own.
class Terminal {
 public:
  Terminal(const std::string& coordinator, const std::vector<std::string>& arguments) {
    const std::string path = BinaryPath("nepactl");
    std::vector<std::string> words = {path, "--coordinator", coordinator};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    winsize size{.ws_row = 24, .ws_col = 100, .ws_xpixel = 0, .ws_ypixel = 0};
    pid_ = ::forkpty(&fd_, nullptr, nullptr, &size);
    if (pid_ == 0) {
      ::execv(path.c_str(), argv.data());
      ::_exit(127);
    }
  }
  ~Terminal() {
    if (!ended_) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(fd_);
  }

  // Reads until `text` has come since the last call; whether it came.
  bool WaitFor(const std::string& text) {
    while (!absl::StrContains(seen_.substr(looked_), text)) {
      if (!ReadSome()) return false;
    }
    looked_ = seen_.size();
    return true;
  }
  void Type(const std::string& keys) {
    ASSERT_EQ(::write(fd_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  void Resize(int rows, int columns) {
    const winsize size{.ws_row = static_cast<unsigned short>(rows),
                       .ws_col = static_cast<unsigned short>(columns),
                       .ws_xpixel = 0,
                       .ws_ypixel = 0};
    ASSERT_EQ(::ioctl(fd_, TIOCSWINSZ, &size), 0);
  }
  // Reads the rest; the exit code.
  int End() {
    while (ReadSome()) {
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  const std::string& seen() const { return seen_; }

 private:
  // False at the end, or after too long a silence.
  bool ReadSome() {
    pollfd polled{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&polled, 1, kPatienceMilliseconds) <= 0) return false;
    char buffer[4096];
    const ssize_t count = ::read(fd_, buffer, sizeof(buffer));
    if (count <= 0) return false;  // EIO: nobody has the other end open
    seen_.append(buffer, static_cast<size_t>(count));
    return true;
  }

  pid_t pid_ = -1;
  int fd_ = -1;
  bool ended_ = false;
  std::string seen_;
  size_t looked_ = 0;
};

class WatchTerminalTest : public ::testing::Test {
 protected:
  WatchTerminalTest() {
    v1::Job& job = service_.jobs.emplace_back();
    job.set_id("j1");
    job.set_name("fashion");
    job.set_phase(v1::PHASE_RUNNING);
    job.set_attempt(1);
    job.set_step(30);
    job.set_total_steps(100);
    for (const int step : {10, 20, 30}) {
      v1::MetricPoint& point = service_.points.emplace_back();
      point.set_step(step);
      (*point.mutable_values())["loss"] = -0.01 * step;
    }
    v1::WatchJobsResponse& picture = service_.pictures.emplace_back();
    *picture.add_jobs() = job;
    picture.set_total_jobs(1);
    service_.keep_watching = true;
  }

  FakeJobService service_;
};

TEST_F(WatchTerminalTest, TheTableIsDrawnOnTheOtherScreenAndCtrlCRestoresTheFirst) {
  Terminal terminal(service_.address(), {"watch"});
  ASSERT_TRUE(terminal.WaitFor("fashion")) << terminal.seen();
  EXPECT_THAT(terminal.seen(), HasSubstr(kEnter));
  terminal.Type("\x03");
  EXPECT_EQ(terminal.End(), 130);
  EXPECT_THAT(terminal.seen(), EndsWith(kLeave));
  EXPECT_EQ(service_.limit, 24) << "no more rows are asked for than there are";
}

TEST_F(WatchTerminalTest, AnotherSizeDrawsItAnew) {
  Terminal terminal(service_.address(), {"watch"});
  ASSERT_TRUE(terminal.WaitFor("fashion")) << terminal.seen();
  terminal.Resize(20, 60);
  ASSERT_TRUE(terminal.WaitFor(kClear)) << terminal.seen();
  ASSERT_TRUE(terminal.WaitFor("fashion") || absl::StrContains(terminal.seen(), "fashion"));
  terminal.Type("\x03");
  EXPECT_EQ(terminal.End(), 130);
}

TEST_F(WatchTerminalTest, AnEndOfTheStreamRestoresTheScreenBeforeItSaysWhy) {
  service_.keep_watching = false;
  Terminal terminal(service_.address(), {"watch"});
  EXPECT_EQ(terminal.End(), 4);
  EXPECT_THAT(terminal.seen(), HasSubstr(std::string(kLeave) + "nepactl: that was all"));
}

TEST_F(WatchTerminalTest, AJobHasItsCurvesUntilItEndsAndThenItsEnd) {
  service_.story = {service_.jobs[0], service_.jobs[0]};
  service_.story.back().set_phase(v1::PHASE_SUCCEEDED);
  Terminal terminal(service_.address(), {"watch", "fashion"});
  EXPECT_EQ(terminal.End(), 0);
  const size_t left = terminal.seen().rfind(kLeave);
  ASSERT_NE(left, std::string::npos) << terminal.seen();
  EXPECT_THAT(terminal.seen().substr(left), HasSubstr("j1 fashion"));
  EXPECT_THAT(terminal.seen().substr(left), HasSubstr("30 steps"));
}

TEST_F(WatchTerminalTest, CtrlCLeavesTheJobAloneAndSaysSo) {
  service_.story = {service_.jobs[0]};
  Terminal terminal(service_.address(), {"watch", "j1"});
  ASSERT_TRUE(terminal.WaitFor("loss over steps")) << terminal.seen();
  terminal.Type("\x03");
  EXPECT_EQ(terminal.End(), 130);
  EXPECT_THAT(terminal.seen(), HasSubstr(std::string(kLeave) + "The job goes on"));
  EXPECT_TRUE(service_.changed.empty());
}

}  // namespace
}  // namespace nepa::testing
