// Every declaration of the wire protocol says what it means, in which unit, and who sets it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "tests/house/source_tree.h"

namespace nepa::house {
namespace {

using ::testing::Gt;
using ::testing::IsEmpty;

TEST(Protos, EveryMessageEnumServiceFieldValueAndMethodHasItsComment) {
  static const std::regex declaration(
      R"(^\s*((message|enum|service|oneof|rpc)\s+\w+|[\w.<>, ]*\w+\s*=\s*\d+;))");
  std::vector<std::string> bare;
  int count = 0;
  for (const std::string& path : AllFiles()) {
    if (!path.ends_with(".proto")) continue;
    const std::vector<std::string> lines = ReadLines(path);
    for (size_t i = 1; i < lines.size(); ++i) {
      if (!std::regex_search(lines[i], declaration)) continue;
      ++count;
      static const std::regex comment(R"(^\s*//\s*\S)");
      if (!std::regex_search(lines[i - 1], comment)) {
        bare.push_back(path + ":" + std::to_string(i + 1) + ": " + lines[i]);
      }
    }
  }
  EXPECT_THAT(count, Gt(200));
  EXPECT_THAT(bare, IsEmpty());
}

}  // namespace
}  // namespace nepa::house
