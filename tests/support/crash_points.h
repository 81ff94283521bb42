// Every point at which a writer can be cut off or refused, one after the other: each of its calls
// to io::Disk() fails (disk full, I/O error), and the power goes after each of them, with what was
// not synced lost, kept, or kept in part. After each the writer runs again, as after a restart.
#ifndef NEPA_TESTS_SUPPORT_CRASH_POINTS_H_
#define NEPA_TESTS_SUPPORT_CRASH_POINTS_H_

#include <functional>
#include <string>

#include "absl/status/status.h"

namespace nepa::testing {

struct Writer {
  std::string name;               // for what is printed
  std::function<void()> prepare;  // what is on the disk before, in the empty folder
  // What is tested. OK acknowledges.
  std::function<absl::Status()> write;
  // Looks at the folder. Acknowledged: the new state is there. Else the old one or the new one.
  std::function<void(bool acknowledged)> check;
};

struct CrashPoints {
  int calls = 0;     // of the writer, undisturbed: the points
  int cuts = 0;      // cases of lost power
  int failures = 0;  // cases of a failed call
};

// Empties `folder` before each case, and prints the numbers.
CrashPoints TestEveryCrashPoint(const std::string& folder, const Writer& writer);

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SUPPORT_CRASH_POINTS_H_
