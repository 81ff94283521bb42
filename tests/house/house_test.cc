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

// clang's thread-safety analysis sees nothing of what the standard library's mutexes guard, and
// ThreadSanitizer gives false alarms for Abseil's.
TEST(HouseTest, MutexesAreThoseThatTheAnalysisKnows) {
  static const std::regex other(R"(std::\w*(mutex|_lock|lock_guard)\b|absl::\w*Mutex\w*\b)");
  std::vector<std::string> faults;
  for (const SourceFile& file : ReadSourceTree()) {
    if (file.path == "common/base/mutex.h" || file.folder() == "tests/house") continue;
    if (file.path == "cli/connection.cc") continue;  // waits for a stop token, and guards nothing
    for (size_t i = 0; i < file.lines.size(); ++i) {
      const std::string code = file.lines[i].substr(0, file.lines[i].find("//"));
      if (std::regex_search(code, other)) {
        faults.push_back(file.path + ":" + std::to_string(i + 1) + ": " + code);
      }
    }
  }
  EXPECT_THAT(faults, IsEmpty()) << "use nepa::Mutex, and say what it guards";
}

// A mutex that nothing names guards what only its author knows.
TEST(HouseTest, EveryMutexSaysWhatItGuards) {
  static const std::regex member(R"(^\s*(?:mutable )?Mutex (\w+);)");
  std::vector<std::string> faults;
  for (const SourceFile& file : ReadSourceTree()) {
    std::string text;
    for (const std::string& line : file.lines) text += line + "\n";
    for (const std::string& line : file.lines) {
      std::smatch match;
      if (!std::regex_search(line, match, member)) continue;
      const bool told = text.find("GUARDED_BY(" + match[1].str() + ")") != std::string::npos ||
                        line.find("//") != std::string::npos;
      if (!told) faults.push_back(file.path + ": " + line);
    }
  }
  EXPECT_THAT(faults, IsEmpty()) << "annotate what it guards, or say on its line what it keeps";
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
