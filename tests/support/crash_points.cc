#include "tests/support/crash_points.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/fault_disk.h"
#include "tests/support/power_cuts.h"

namespace nepa::testing {
namespace {

namespace fs = std::filesystem;

class Cases {
 public:
  Cases(const std::string& folder, const Writer& writer) : folder_(folder), writer_(writer) {}

  int CountCalls() {
    Begin();
    FaultDisk disk(folder_);
    const io::ScopedDisk scoped(disk);
    const absl::Status status = writer_.write();
    EXPECT_TRUE(status.ok()) << status;
    writer_.check(true);
    return disk.calls();
  }

  void Cut(int after, Unsynced unsynced, unsigned seed) {
    Begin();
    FaultDisk disk(folder_);
    disk.CutAfter(after);
    absl::Status status;
    {
      const io::ScopedDisk scoped(disk);
      status = writer_.write();
    }
    disk.PowerOn(unsynced, seed);
    writer_.check(status.ok());
    Again();
  }

  void Fail(int call, int error) {
    Begin();
    FaultDisk disk(folder_);
    disk.FailAt(call, error);
    absl::Status status;
    {
      const io::ScopedDisk scoped(disk);
      status = writer_.write();
    }
    if (!status.ok()) {
      EXPECT_TRUE(absl::StrContains(status.message(), std::strerror(error))) << status;
      EXPECT_TRUE(absl::StrContains(status.message(), fs::path(folder_).filename().string()))
          << status << " names no path";
    }
    writer_.check(status.ok());
    Again();
  }

 private:
  void Begin() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    FaultDisk disk(folder_);  // nothing waits for the real one
    const io::ScopedDisk scoped(disk);
    writer_.prepare();
  }
  void Again() {
    FaultDisk disk(folder_);
    const io::ScopedDisk scoped(disk);
    const absl::Status status = writer_.write();
    EXPECT_TRUE(status.ok()) << "at the second try: " << status;
    writer_.check(true);
  }

  const std::string& folder_;
  const Writer& writer_;
};

}  // namespace

CrashPoints TestEveryCrashPoint(const std::string& folder, const Writer& writer) {
  Cases cases(folder, writer);
  CrashPoints points;
  points.calls = cases.CountCalls();
  points.cuts = ForEachPowerCut(points.calls, [&](int call, Unsynced unsynced, unsigned seed) {
    cases.Cut(call, unsynced, seed);
  });
  for (int call = 1; call <= points.calls && !::testing::Test::HasFailure(); ++call) {
    for (const int error : {ENOSPC, EIO}) {
      SCOPED_TRACE(absl::StrCat("call ", call, " of ", points.calls, ": ", std::strerror(error)));
      cases.Fail(call, error);
      ++points.failures;
    }
  }
  PrintCrashPoints(writer.name, points.calls, points.cuts, points.failures);
  return points;
}

}  // namespace nepa::testing
