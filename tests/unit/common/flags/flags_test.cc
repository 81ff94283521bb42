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
  EXPECT_THAT(outcome.error, HasSubstr("flags_test.yaml:2:1: slot: no such setting; allowed: "));
  EXPECT_THAT(outcome.error, HasSubstr("did you mean slots?"));
}

TEST_F(FlagsTest, BrokenYamlIsRefusedWithItsPosition) {
  const Outcome outcome = ReadFlags({"--config", ConfigFile("state: [a\n")});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.error, HasSubstr("flags_test.yaml:"));
}

TEST_F(FlagsTest, EveryFaultOfTheFileIsToldAtOnceWithItsPlace) {
  const Outcome outcome = ReadFlags(
      {"--config", ConfigFile("slot: 3\nstate: a\nstate: b\nlease: soon\ninsecure: {a: b}\n")});
  EXPECT_EQ(outcome.exit_code, 2);
  for (const char* fault : {":1:1: slot: no such setting", ":3:1: state: given twice",
                            ":4:8: --lease: 'soon' is no duration", ":5:11: insecure: found a"}) {
    EXPECT_THAT(outcome.error, HasSubstr(fault));
  }
}

TEST_F(FlagsTest, AFileThatCannotBeReadIsRefused) {
  EXPECT_THAT(ReadFlags({"--config", "/nonexistent.yaml"}).error,
              HasSubstr("--config: opening /nonexistent.yaml: No such file"));
}

TEST_F(FlagsTest, AFolderInPlaceOfTheFileIsRefused) {
  EXPECT_THAT(ReadFlags({"--config", "/tmp"}).error, HasSubstr("/tmp: Is a directory"));
}

TEST_F(FlagsTest, AVariableThatIsAlmostOneOfOursIsRefusedAndOthersAreNot) {
  const auto outcome = [&](const std::string& variable) {
    CLI::App app("A daemon.", "nepa-test");
    std::string tokens;
    app.add_option("--tokens", tokens, "");
    return Read(app, {}, [](const std::string&) { return std::nullopt; }, {variable});
  };
  EXPECT_THAT(outcome("NEPA_TOKNES").error, HasSubstr("did you mean NEPA_TOKENS?"));
  EXPECT_EQ(outcome("NEPA_TOKNES").exit_code, 2);
  for (const char* other : {"NEPA_TOKENS", "NEPA_TOKEN_FILE", "NEPA_LIBTORCH", "NEPA_STATE",
                            "NEPA_FAVOURITE_COLOUR", "TOKENS", "PATH"}) {
    EXPECT_TRUE(outcome(other).go_on) << other;
  }
}

TEST_F(FlagsTest, AnUnknownFlagIsToldWithTheNearestOne) {
  const Outcome outcome = ReadFlags({"--stat", "x"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.error,
            "nepa-test: --stat: no such flag; did you mean --state?\nRun with --help for the "
            "flags.\n");
}

TEST_F(FlagsTest, WhatIsWrongWithALineIsToldInPlainWords) {
  const auto said = [](const std::vector<std::string>& arguments) {
    CLI::App app("A daemon.", "nepa-test");  // Read() is for once
    std::string state;
    int slots = 0;
    bool insecure = false;
    app.add_option("--state", state, "");
    app.add_option("--slots", slots, "");
    app.add_flag("--insecure", insecure, "");
    return Read(app, arguments, [](const std::string&) { return std::nullopt; }).error;
  };
  EXPECT_THAT(said({"--state"}), HasSubstr("--state: its value is missing\n"));
  EXPECT_THAT(said({"--state", "a", "--state", "b"}), HasSubstr("--state: given more than once"));
  EXPECT_THAT(said({"--slots", "many"}), HasSubstr("--slots: 'many' is no whole number"));
  EXPECT_THAT(said({"--insecure=perhaps"}), HasSubstr("'perhaps' is neither true nor false"));
  EXPECT_THAT(said({"more"}), HasSubstr("'more' is one word too many"));
  EXPECT_THAT(said({"--sttae=x", "-y"}),
              HasSubstr("--sttae: no such flag; did you mean --state?; -y: no such flag"));
}

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
