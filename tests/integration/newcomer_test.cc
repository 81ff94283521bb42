// A person who knows nothing but what nepactl says: what its messages advise is what works.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/support/local_cluster.h"
#include "tests/support/small_jobs.h"

namespace nepa::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Puts `word` where at `line` and `column`, counted from 1, another stands.
std::string Mended(const std::string& text, int line, int column, const std::string& word) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  std::string& mended = lines.at(static_cast<size_t>(line - 1));
  const size_t begin = static_cast<size_t>(column - 1);
  const size_t end = mended.find_first_of(" :,}", begin);
  mended.replace(begin, end - begin, word);
  return absl::StrJoin(lines, "\n");
}

// Does what each "FILE:LINE:COLUMN: …; did you mean WORD?" asks for.
std::string MendedAsAdvised(std::string text, const std::string& faults) {
  const std::regex advice(R"re([^\n]*:(\d+):(\d+): [^\n]*did you mean "?([\w.-]+)"?\?)re");
  for (std::sregex_iterator fault(faults.begin(), faults.end(), advice), end; fault != end;
       ++fault) {
    text = Mended(text, std::stoi((*fault)[1]), std::stoi((*fault)[2]), (*fault)[3]);
  }
  return text;
}

// The commands that a text advises and that need nothing filled in: no word in capitals.
std::vector<std::vector<std::string>> AdvisedCommands(const std::string& text) {
  std::vector<std::vector<std::string>> commands;
  const std::regex command(R"(nepactl ((?:[\w./=-]+ )*?[\w./=-]+?)(?: {2,}|\n| follows))");
  for (std::sregex_iterator found(text.begin(), text.end(), command), end; found != end; ++found) {
    const std::string words = (*found)[1];
    if (std::regex_search(words, std::regex(R"(\b[A-Z]+\b)"))) continue;
    commands.push_back(absl::StrSplit(words, ' '));
  }
  return commands;
}

class NewcomerTest : public ::testing::Test {
 protected:
  NewcomerTest() {
    cluster_.StartCoordinator();
    cluster_.StartWorker();
  }
  // Runs every command that `text` advises; how many there were.
  size_t FollowAdvice(const std::string& text) {
    const auto commands = AdvisedCommands(text);
    for (const std::vector<std::string>& command : commands) {
      const Output output = cluster_.Nepactl(command);
      EXPECT_EQ(output.code, 0) << absl::StrJoin(command, " ") << "\n" << output.error;
    }
    return commands.size();
  }
  LocalCluster cluster_;
};

TEST_F(NewcomerTest, ABrokenJobFileIsMendedByItsMessagesAloneAndTrains) {
  std::string text = absl::StrReplaceAll(
      SmallPretrainJob("first", 10, 5),
      {{"kind: pretrain", "kind: pretrian"}, {"optimizer:", "optimiser:"}, {"eval:", "evla:"}});
  std::string path = cluster_.WriteFile("first.yaml", text);
  Output output = cluster_.Nepactl({"validate", path});
  EXPECT_EQ(output.code, 2);
  for (int round = 0; round < 3 && output.code != 0; ++round) {
    text = MendedAsAdvised(text, output.error);
    path = cluster_.WriteFile("first.yaml", text);
    output = cluster_.Nepactl({"validate", path});
  }
  ASSERT_EQ(output.code, 0) << output.error << text;

  const Output submitted = cluster_.Nepactl({"submit", path});
  ASSERT_EQ(submitted.code, 0) << submitted.error;
  EXPECT_EQ(FollowAdvice(submitted.error), 1u) << "watching is advised: " << submitted.error;
  const Output described = cluster_.Nepactl({"describe", "first"});
  EXPECT_THAT(described.out, HasSubstr("SUCCEEDED"));
  EXPECT_GE(FollowAdvice(described.out), 2u) << described.out;
  const nlohmann::json checkpoints = cluster_.NepactlJson({"checkpoints", "list"});
  ASSERT_THAT(checkpoints, Not(IsEmpty()));
  EXPECT_EQ(cluster_
                .Nepactl({"checkpoints", "export", checkpoints.back()["id"],
                          cluster_.folder() + "/model"})
                .code,
            0);
}

TEST_F(NewcomerTest, AJobThatCanNeverRunSaysWhatToChangeAndRunsThen) {
  const std::string path = cluster_.WriteFile("big.yaml", SmallPretrainJob("big", 10, 5));
  const std::string id = cluster_.Submit(path, {"--set", "resources.ranks=64"});
  const Output explained = cluster_.Nepactl({"explain", id});
  EXPECT_THAT(explained.out, HasSubstr("never on the workers that there are"));
  EXPECT_THAT(explained.out, HasSubstr("64 cpu or cuda slots on one worker"));
  EXPECT_THAT(explained.out, HasSubstr("resources.ranks"));
  EXPECT_EQ(cluster_.Nepactl({"cancel", id}).code, 0);
  EXPECT_EQ(cluster_.Nepactl({"submit", path, "--set", "resources.ranks=1", "--follow"}).code, 0);
}

}  // namespace
}  // namespace nepa::testing
