// Each .txt file of this folder is a transcript: commands and what they must bring about. With
// NEPA_REWRITE=1 in the environment the files are written anew with what happens now; the
// difference is then to be read before it is committed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/scenarios/core/script.h"
#include "tests/support/kept_text.h"

namespace nepa::testing {
namespace {

constexpr char kFolder[] = "tests/scenarios/core";

std::vector<std::string> Transcripts() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt") {
      names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string Read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The transcript with the output that its commands have now.
std::string Replay(const std::string& transcript) {
  Script script;
  std::string result;
  bool after_comment = true;
  for (const absl::string_view line : absl::StrSplit(transcript, '\n')) {
    const bool comment = absl::StartsWith(line, "#");
    const bool command = absl::StartsWith(line, "$ ");
    if (!comment && !command) continue;
    absl::StrAppend(&result, after_comment ? "" : "\n", line, "\n");
    after_comment = comment;
    if (!command) continue;
    for (const std::string& output : script.Run(std::string(line.substr(2)))) {
      absl::StrAppend(&result, output, "\n");
    }
  }
  return result;
}

class CoreScenarios : public ::testing::TestWithParam<std::string> {};

TEST_P(CoreScenarios, HappenAsWritten) {
  const std::string path = absl::StrCat(kFolder, "/", GetParam(), ".txt");
  ExpectKept(path, Replay(Read(path)));
}

INSTANTIATE_TEST_SUITE_P(Transcripts, CoreScenarios, ::testing::ValuesIn(Transcripts()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace nepa::testing
