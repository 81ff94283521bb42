// A real program as a child process, for integration and fault tests.
//
// Confined to one thread. The child is killed when the object goes away; only its own process id is
// ever signalled.
#ifndef NEPA_TESTS_SUPPORT_PROGRAM_H_
#define NEPA_TESTS_SUPPORT_PROGRAM_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace nepa::testing {

// Path of one of our programs: $NEPA_BIN/name.
std::string BinaryPath(const std::string& name);

class Program {
 public:
  // Starts `path` with `arguments`; stdin is /dev/null, stdout and stderr are appended to
  // `log_path`.
  Program(const std::string& path, const std::vector<std::string>& arguments,
          const std::string& log_path);
  Program(Program&& other) noexcept;
  Program& operator=(Program&&) = delete;
  ~Program();

  pid_t pid() const { return pid_; }
  bool running();
  void Signal(int signal_number);
  // Waits for the end; the exit code, 128 + signal if a signal ended it, nothing after `timeout`.
  std::optional<int> Wait(absl::Duration timeout);
  // SIGKILL, and waits for the end.
  void KillNow();

 private:
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

// What a program printed, and how it ended.
struct Output {
  int code = -1;
  std::string out;
  std::string error;
};

// Runs a program to its end; kills it after `timeout` (code is then 137).
Output RunProgram(const std::string& path, const std::vector<std::string>& arguments,
                  absl::Duration timeout = absl::Seconds(60));

// Calls `condition` every 10 ms until it holds or `timeout` passed; whether it held.
template <typename Condition>
bool WaitUntil(Condition condition, absl::Duration timeout);

void SleepBriefly();

}  // namespace nepa::testing

#include "absl/time/clock.h"

template <typename Condition>
bool nepa::testing::WaitUntil(Condition condition, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    SleepBriefly();
  }
  return true;
}

#endif  // NEPA_TESTS_SUPPORT_PROGRAM_H_
