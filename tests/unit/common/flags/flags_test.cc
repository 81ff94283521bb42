#include "common/flags/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

namespace nepa::flags {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FlagsTest : public ::testing::Test {
 protected:
  FlagsTest() {
    app_.add_option("--state", state_, "folder")->capture_default_str();
    app_.add_option("--slots", slots_, "ranks")->capture_default_str();
    app_.add_option("--trainer-env", trainer_env_, "KEY=VALUE")->delimiter(',');
    app_.add_flag("--insecure", insecure_, "listen widely");
    AddDuration(app_, "--lease", lease_, "lease");
  }

  Outcome ReadFlags(const std::vector<std::string>& arguments) {
    return Read(app_, arguments, [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment_.find(name);
      if (found == environment_.end()) return std::nullopt;
      return found->second;
    });
  }
  std::string ConfigFile(const std::string& text) {
    const std::string path = ::testing::TempDir() + "/flags_test.yaml";
    std::ofstream(path) << text;
    return path;
  }

  CLI::App app_{"A daemon.", "nepa-test"};
  std::map<std::string, std::string> environment_;
  std::string state_ = "here";
  int slots_ = 1;
  std::vector<std::string> trainer_env_;
  bool insecure_ = false;
  absl::Duration lease_ = absl::Seconds(10);
};

TEST_F(FlagsTest, DefaultsStandWhereNoSourceSpeaks) {
  EXPECT_TRUE(ReadFlags({}).go_on);
  EXPECT_EQ(state_, "here");
  EXPECT_EQ(lease_, absl::Seconds(10));
  EXPECT_FALSE(insecure_);
}

TEST_F(FlagsTest, CommandLineBeatsEnvironmentBeatsFile) {
  environment_ = {{"NEPA_STATE", "environment"}, {"NEPA_SLOTS", "2"}};
  const std::string file = ConfigFile("state: file\nslots: 3\nlease: 250ms\n");
  const Outcome outcome = ReadFlags({"--config", file, "--state", "line"});
  EXPECT_TRUE(outcome.go_on) << outcome.error;
  EXPECT_EQ(state_, "line");
  EXPECT_EQ(slots_, 2);
  EXPECT_EQ(lease_, absl::Milliseconds(250));
}

TEST_F(FlagsTest, TheFileMayBeNamedInTheEnvironment) {
  environment_ = {{"NEPA_CONFIG", ConfigFile("slots: 7\n")}};
  EXPECT_TRUE(ReadFlags({}).go_on);
  EXPECT_EQ(slots_, 7);
}

TEST_F(FlagsTest, ListsAndSwitchesComeFromEverySource) {
  const std::string file = ConfigFile("trainer-env: [OMP_A=1, OMP_B=2]\ninsecure: true\n");
  EXPECT_TRUE(ReadFlags({"--config", file}).go_on);
  EXPECT_THAT(trainer_env_, ElementsAre("OMP_A=1", "OMP_B=2"));
  EXPECT_TRUE(insecure_);
}

TEST_F(FlagsTest, ListsInTheEnvironmentAreSplitAtTheDelimiter) {
  environment_ = {{"NEPA_TRAINER_ENV", "OMP_A=1,OMP_B=2"}};
  EXPECT_TRUE(ReadFlags({}).go_on);
  EXPECT_THAT(trainer_env_, ElementsAre("OMP_A=1", "OMP_B=2"));
}

TEST_F(FlagsTest, AWrongValueIsRefusedWithItsSource) {
  environment_ = {{"NEPA_LEASE", "soon"}};
  const Outcome outcome = ReadFlags({});
  EXPECT_FALSE(outcome.go_on);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.error, HasSubstr("NEPA_LEASE"));
  EXPECT_THAT(outcome.error, HasSubstr("'soon' is no duration"));
}

TEST_F(FlagsTest, ANegativeDurationIsRefused) {
  EXPECT_EQ(ReadFlags({"--lease", "-5s"}).exit_code, 2);
}

TEST_F(FlagsTest, AnUnknownKeyOfTheFileIsRefusedWithItsLine) {
  const Outcome outcome = ReadFlags({"--config", ConfigFile("state: a\nslot: 3\n")});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.error, HasSubstr("flags_test.yaml:2: slot: no such flag"));
  EXPECT_THAT(outcome.error, HasSubstr("slots"));
}

TEST_F(FlagsTest, BrokenYamlIsRefusedWithItsPosition) {
  const Outcome outcome = ReadFlags({"--config", ConfigFile("state: [a\n")});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.error, HasSubstr("flags_test.yaml:"));
}

TEST_F(FlagsTest, AMissingFileIsRefused) {
  EXPECT_THAT(ReadFlags({"--config", "/nonexistent.yaml"}).error, HasSubstr("cannot be read"));
}

TEST_F(FlagsTest, AnUnknownFlagIsWrongUsage) { EXPECT_EQ(ReadFlags({"--stat", "x"}).exit_code, 2); }

TEST_F(FlagsTest, HelpShowsTheDefaults) {
  const Outcome outcome = ReadFlags({"--help"});
  EXPECT_FALSE(outcome.go_on);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, HasSubstr("=here"));
  EXPECT_THAT(outcome.output, HasSubstr("=10s"));
  EXPECT_THAT(outcome.output, HasSubstr("--config"));
}

}  // namespace
}  // namespace nepa::flags
