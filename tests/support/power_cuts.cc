#include "tests/support/power_cuts.h"

#include <gtest/gtest.h>

#include <iostream>

#include "absl/strings/str_cat.h"

namespace nepa::testing {
namespace {

constexpr unsigned kSeeds = 4;  // of Unsynced::kSome

}  // namespace

int ForEachPowerCut(int calls, const std::function<void(int call, Unsynced, unsigned seed)>& cut) {
  int cuts = 0;
  for (int call = 0; call <= calls && !::testing::Test::HasFailure(); ++call) {
    SCOPED_TRACE(absl::StrCat("power lost after call ", call, " of ", calls));
    for (const Unsynced unsynced : {Unsynced::kLost, Unsynced::kKept}) {
      SCOPED_TRACE(unsynced == Unsynced::kLost ? "unsynced is lost" : "unsynced is kept");
      cut(call, unsynced, 0);
      ++cuts;
    }
    for (unsigned seed = 0; seed < kSeeds; ++seed) {
      SCOPED_TRACE(absl::StrCat("some of unsynced is kept, seed ", seed));
      cut(call, Unsynced::kSome, seed);
      ++cuts;
    }
  }
  return cuts;
}

void PrintCrashPoints(const std::string& name, int calls, int cuts, int failures) {
  std::cout << "crash points of " << name << ": " << calls << " calls, " << cuts << " power cuts, "
            << failures << " failed calls\n";
}

}  // namespace nepa::testing
