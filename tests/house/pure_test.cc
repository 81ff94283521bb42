// Pure rooms decide from (state, input, now) alone: no I/O, clock, thread, random source, log or
// hash order. Which rooms are pure stands in WORKSPACE.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "tests/house/source_tree.h"
#include "tests/house/workspace_map.h"

namespace nepa::house {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Headers of the C library and the kernel are forbidden as a whole: rooms_test.
bool BreaksPurity(const std::string& line) {
  static const std::regex forbidden(
      // Clocks and waiting.
      R"(absl::Now\b|_clock\b|\bclock_gettime\b|\bgettimeofday\b|(^|[^\w.>])time\(|\blocaltime|\bgmtime)"
      R"(|\bsleep|SleepFor|GetCurrentTimeNanos|LocalTimeZone)"
      // Chance.
      R"(|\bs?rand\(|random_device|mt19937|_distribution\b|absl::BitGen|absl::Uniform|/dev/u?random)"
      // Hash order.
      R"(|std::unordered_|flat_hash_|node_hash_)"
      // Threads.
      R"(|std::j?thread|std::\w*mutex|std::atomic|std::async|std::condition_variable|absl::Mutex)"
      R"(|\bpthread_)"
      // Files, sockets, processes, the environment.
      R"(|[io]?fstream\b|std::FILE|(^|[^\w.>])f?open\(|\bpopen\(|std::filesystem|\bgetenv\b|\bsystem\()"
      R"(|(^|[^\w>])::(open|read|write|close|socket|connect|bind|listen|send|recv|fork|kill|poll)\()"
      R"(|\bsocket\(|\bgetpid\(|common/io/)"
      // What prints.
      R"(|std::(cout|cerr|clog|cin)\b|\bprintf\(|\bfprintf\(|\bputs\(|absl::PrintF|common/base/(log|clock)\.h)"
      // The headers of all that.
      R"(|#include <(chrono|ctime|cstdio|random|thread|mutex|atomic|future|iostream|fstream)>)"
      R"(|#include <(filesystem|condition_variable|unordered_map|unordered_set)>)");
  return std::regex_search(line.substr(0, line.find("//")), forbidden);
}

TEST(PureRooms, AreSeveral) { EXPECT_THAT(ReadWorkspaceMap().pure, SizeIs(8)); }

TEST(PureRooms, SeeNoClockNoChanceNoThreadNoFileAndNoHashOrder) {
  const WorkspaceMap map = ReadWorkspaceMap();
  std::vector<std::string> faults;
  for (const SourceFile& file : ReadSourceTree()) {
    if (!map.pure.contains(file.folder())) continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      if (BreaksPurity(file.lines[i])) {
        faults.push_back(file.path + ":" + std::to_string(i + 1) + ": " + file.lines[i]);
      }
    }
  }
  EXPECT_THAT(faults, IsEmpty());
}

TEST(PureRooms, TheRuleKnowsWhatTouchesTheWorld) {
  for (const char* line : {"const auto now = time(nullptr);",
                           "  return std::time(nullptr);",
                           "clock_gettime(CLOCK_MONOTONIC, &t);",
                           "std::chrono::steady_clock::now();",
                           "std::mt19937 random(1);",
                           "std::cout << x;",
                           "std::cerr << x;",
                           "printf(\"x\");",
                           "int fd = ::open(path, O_RDONLY);",
                           "open(path, O_RDONLY);",
                           "::read(fd, buffer, 4);",
                           "if (::write(fd, x, 1) < 0)",
                           "socket(AF_INET, SOCK_STREAM, 0);",
                           "std::ifstream file(p);",
                           "#include <chrono>",
                           "#include <random>",
                           "std::unordered_map<int, int> m;",
                           "std::jthread t;",
                           "absl::Now()",
                           "rand()"}) {
    EXPECT_TRUE(BreaksPurity(line)) << line;
  }
  for (const char* line : {"field->read(node, spec);", "field.write(spec)", "section.open(spec);",
                           "point.time(3)", "absl::Time time;", "// reads the clock: absl::Now()",
                           "absl::Time started_at(absl::Time now);", "ReadTime(text)"}) {
    EXPECT_FALSE(BreaksPurity(line)) << line;
  }
}

}  // namespace
}  // namespace nepa::house
