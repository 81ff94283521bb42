// A machine's time of day that a test can set, for the programs that are started under it
// (libfaketime). What a steady clock shows stays as it is, as on a machine whose clock is set.
#ifndef NEPA_TESTS_SUPPORT_SETTABLE_CLOCK_H_
#define NEPA_TESTS_SUPPORT_SETTABLE_CLOCK_H_

#include <functional>
#include <string>

#include "absl/time/time.h"

namespace nepa::testing {

class SettableClock {
 public:
  // `file` holds the setting.
  explicit SettableClock(std::string file);

  // From now on the programs' time of day is the true one and `ahead`.
  void Set(absl::Duration ahead);

  // Programs that `start` starts, and theirs, live under this clock. Not from two threads at once.
  //
  // The kernel keeps the true time, so that a wait until a time of day, of which gRPC has some,
  // ends at once or an hour late: good for seconds, and only for what is looked at while it is set.
  void Under(const std::function<void()>& start) const;
  // The same for the first second of each program, in which it asks for the time of day once.
  void UnderAtFirst(const std::function<void()>& start) const;
  // Writes a program at `path` that runs `program` under this clock, for one whose parent hands
  // down no environment.
  void Wrap(const std::string& program, const std::string& path) const;

 private:
  const std::string file_;
};

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SUPPORT_SETTABLE_CLOCK_H_
