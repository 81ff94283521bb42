// Headers read as contracts, and nothing unfinished is left.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>
#include <vector>

#include "tests/house/source_tree.h"

namespace nepa::house {
namespace {

using ::testing::IsEmpty;

TEST(HouseTest, EveryHeaderOpensWithItsContractAndIsGuardedByItsPath) {
  std::vector<std::string> faults;
  for (const SourceFile& file : ReadSourceTree()) {
    if (!file.IsHeader()) continue;
    if (file.lines.empty() || !file.lines[0].starts_with("// ")) {
      faults.push_back(file.path + " does not begin with a comment that says what it is for");
    }
    std::string guard = "NEPA_" + file.path + "_";
    std::transform(guard.begin(), guard.end(), guard.begin(), [](unsigned char c) {
      return std::isalnum(c) ? static_cast<char>(std::toupper(c)) : '_';
    });
    if (std::find(file.lines.begin(), file.lines.end(), "#ifndef " + guard) == file.lines.end()) {
      faults.push_back(file.path + " is not guarded by " + guard);
    }
  }
  EXPECT_THAT(faults, IsEmpty());
}

// Setting the machine's clock must hold nothing up: common/base/clock.h tells the time.
bool ReadsAClockThatIsSet(const std::string& line) {
  static const std::regex read(
      R"(absl::Now\(|system_clock::now|gettimeofday|CLOCK_REALTIME|(^|[^\w.>:])(std::)?time\((0|NULL|nullptr)\))");
  return std::regex_search(line.substr(0, line.find("//")), read);
}

TEST(HouseTest, OnePlaceReadsTheClockThatIsSet) {
  std::vector<std::string> faults;
  for (const SourceFile& file : ReadSourceTree()) {
    if (file.path.starts_with("tests/") || file.path.starts_with("benchmarks/")) continue;
    if (file.path == "common/base/clock.cc") continue;
    for (const std::string& line : file.lines) {
      // gRPC takes a time of day and turns it into a length at once.
      const bool for_grpc = line.find("system_clock::now() + ") != std::string::npos ||
                            line.find("context.deadline() - ") != std::string::npos;
      if (!for_grpc && ReadsAClockThatIsSet(line)) faults.push_back(file.path + ": " + line);
    }
  }
  EXPECT_THAT(faults, IsEmpty());
}

TEST(HouseTest, NoUnfinishedMarksAreLeftInTheCode) {
  static const std::regex mark(R"(\b(TODO|FIXME|XXX|HACK)\b)");
  std::vector<std::string> faults;
  for (const SourceFile& file : ReadSourceTree()) {
    if (file.path == "tests/house/house_test.cc") continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      if (std::regex_search(file.lines[i], mark)) {
        faults.push_back(file.path + ":" + std::to_string(i + 1));
      }
    }
  }
  EXPECT_THAT(faults, IsEmpty());
}

}  // namespace
}  // namespace nepa::house
