#include "worker/runtime/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/integration/worker/scratch_folder.h"
#include "tests/support/program.h"
#include "worker/runtime/log_tail.h"

namespace nepa::worker {
namespace {

using ::testing::HasSubstr;
using testing::WaitUntil;

agent::ProcessEnd WaitForEnd(Process& process) {
  std::optional<agent::ProcessEnd> end;
  WaitUntil([&] { return (end = process.Reap()).has_value(); }, absl::Seconds(20));
  EXPECT_TRUE(end.has_value());
  return end.value_or(agent::ProcessEnd{});
}

class ProcessTest : public ::testing::Test {
 protected:
  // A shell that runs `script`; the pipes are its descriptors $2 and $4.
  absl::StatusOr<Process> Shell(const std::string& script) {
    return Process::Start({"/bin/sh", {"-c", script, "sh"}, {"MARK=here"}, log});
  }
  std::string ReadLog() {
    std::ifstream stream(log);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  ScratchFolder folder;
  const std::string log = folder.path() + "/log";
};

TEST_F(ProcessTest, OutputOfBothKindsGoesToTheLogAndOnlyTheGivenEnvironmentIsThere) {
  absl::StatusOr<Process> process = Shell("echo out $MARK $HOME; echo err >&2; exit 3");
  ASSERT_TRUE(process.ok()) << process.status();
  const agent::ProcessEnd end = WaitForEnd(*process);
  EXPECT_EQ(end.exit_status, 3);
  EXPECT_EQ(end.signal_number, 0);
  EXPECT_EQ(ReadLog(), "out here\nerr\n");
  EXPECT_EQ(process->Reap(), std::nullopt) << "an end is told once";
}

TEST_F(ProcessTest, TheLogIsAppendedTo) {
  for (int i = 0; i < 2; ++i) {
    absl::StatusOr<Process> process = Shell("echo once");
    ASSERT_TRUE(process.ok());
    WaitForEnd(*process);
  }
  EXPECT_EQ(ReadLog(), "once\nonce\n");
}

TEST_F(ProcessTest, FramesComeOutAndControlLinesGoIn) {
  absl::StatusOr<Process> process = Shell("read line <&4; echo got $line >&3");
  ASSERT_TRUE(process.ok());
  process->WriteControl("a line");
  WaitForEnd(*process);
  char buffer[64] = {};
  ASSERT_GT(::read(process->frames_fd(), buffer, sizeof(buffer)), 0);
  EXPECT_STREQ(buffer, "got a line\n");
}

TEST_F(ProcessTest, TheControlPipeEndsWithItsOwner) {
  std::optional<Process> process;
  {
    absl::StatusOr<Process> started = Shell("read line <&4; echo end $?");
    ASSERT_TRUE(started.ok());
    // Another child started meanwhile must not hold the first one's lifeline open.
    absl::StatusOr<Process> other = Shell("sleep 60");
    ASSERT_TRUE(other.ok());
    { const Process dropped = *std::move(started); }
    EXPECT_TRUE(WaitUntil([&] { return ReadLog() == "end 1\n"; }, absl::Seconds(20)));
    other->Kill();
    WaitForEnd(*other);
  }
}

TEST_F(ProcessTest, NoOtherDescriptorIsInherited) {
  const int leaked = ::dup(1);  // as a library would leave one, without close-on-exec
  absl::StatusOr<Process> process = Shell("ls /proc/$$/fd");
  ASSERT_TRUE(process.ok());
  WaitForEnd(*process);
  ::close(leaked);
  EXPECT_EQ(ReadLog(), "0\n1\n2\n3\n4\n");
}

TEST_F(ProcessTest, SignalsAreAsAFreshProcessExpectsThem) {
  ::signal(SIGPIPE, SIG_IGN);
  absl::StatusOr<Process> process =
      Shell("exec sed -n -E 's/Sig(Blk|Ign):.*(.{8})/\\2/p' /proc/self/status");
  ASSERT_TRUE(process.ok());
  WaitForEnd(*process);
  std::istringstream masks(ReadLog());
  uint64_t blocked = 1, ignored = 1;
  masks >> std::hex >> blocked >> ignored;
  EXPECT_EQ(blocked & 0x7fffffff, 0u);  // above are signals that only glibc uses
  EXPECT_EQ(ignored & 0x7fffffff, 0u);
}

TEST_F(ProcessTest, KillingTakesTheWholeGroup) {
  absl::StatusOr<Process> process = Shell("sleep 60 & echo $! ; wait");
  ASSERT_TRUE(process.ok());
  ASSERT_TRUE(WaitUntil([&] { return !ReadLog().empty(); }, absl::Seconds(20)));
  const pid_t grandchild = std::stoi(ReadLog());
  process->Kill();
  EXPECT_EQ(WaitForEnd(*process).signal_number, SIGKILL);
  EXPECT_TRUE(WaitUntil([&] { return IsGone(grandchild); }, absl::Seconds(20)));
}

TEST_F(ProcessTest, WhatATrainerLeavesBehindDiesWithIt) {
  absl::StatusOr<Process> process = Shell("sleep 60 & echo $!");
  ASSERT_TRUE(process.ok());
  EXPECT_EQ(WaitForEnd(*process).exit_status, 0);
  const pid_t grandchild = std::stoi(ReadLog());
  EXPECT_TRUE(WaitUntil([&] { return IsGone(grandchild); }, absl::Seconds(20)));
}

TEST_F(ProcessTest, AProgramThatIsNotThereIsAnErrorThatNamesIt) {
  const absl::StatusOr<Process> process = Process::Start({"/nowhere/trainer", {}, {}, log});
  EXPECT_TRUE(absl::IsNotFound(process.status()));
  EXPECT_THAT(std::string(process.status().message()), HasSubstr("/nowhere/trainer"));
}

TEST_F(ProcessTest, ALogThatCannotBeWrittenIsAnErrorThatNamesIt) {
  const absl::StatusOr<Process> process =
      Process::Start({"/bin/sh", {}, {}, folder.path() + "/none/log"});
  EXPECT_FALSE(process.ok());
  EXPECT_THAT(std::string(process.status().message()), HasSubstr("/none/log"));
}

TEST_F(ProcessTest, TheTailOfALogIsItsLastTenWholeLines) {
  std::ofstream(log) << "a\nb\n";
  EXPECT_EQ(LogTail(log), "a\nb");
  {
    std::ofstream stream(log);
    for (int i = 1; i <= 100; ++i) stream << "line " << i << "\n";
  }
  EXPECT_THAT(LogTail(log), ::testing::StartsWith("line 91\nline 92\n"));
  EXPECT_THAT(LogTail(log), ::testing::EndsWith("\nline 100"));
  std::ofstream(log) << std::string(10000, 'x') << "\nlast\n";
  EXPECT_EQ(LogTail(log), "last");
  std::ofstream(log) << std::string(10000, 'x');
  EXPECT_EQ(LogTail(log).size(), 4096u);
  EXPECT_EQ(LogTail(folder.path() + "/none"), "");
}

}  // namespace
}  // namespace nepa::worker
