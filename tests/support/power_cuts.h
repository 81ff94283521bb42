// The cases of a loss of power that every fake of a disk is put through.
#ifndef NEPA_TESTS_SUPPORT_POWER_CUTS_H_
#define NEPA_TESTS_SUPPORT_POWER_CUTS_H_

#include <functional>
#include <string>

namespace nepa::testing {

// What became of changes that no sync had covered.
enum class Unsynced { kLost, kKept, kSome };

// Calls `cut` for each point from before the first of `calls` calls until after the last, and for
// all that may have become of what was not synced; `seed` is for Unsynced::kSome. Ends at the first
// failure of a test. How often it called.
int ForEachPowerCut(int calls, const std::function<void(int call, Unsynced, unsigned seed)>& cut);

// One line that says what was covered.
void PrintCrashPoints(const std::string& name, int calls, int cuts, int failures);

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SUPPORT_POWER_CUTS_H_
