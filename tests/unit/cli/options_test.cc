#include "cli/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace nepa::cli {
namespace {

using ::testing::HasSubstr;

class OptionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "/options-" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = folder_ + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << text;
    return path;
  }

  absl::StatusOr<GlobalOptions> Resolve(const GlobalFlags& flags) {
    const Environment env{
        .arguments = {},
        .out = stream_,
        .err = stream_,
        .out_is_terminal = terminal_,
        .variable = [this](const std::string& name) -> std::optional<std::string> {
          const auto found = variables_.find(name);
          if (found == variables_.end()) return std::nullopt;
          return found->second;
        },
        .now = [] { return absl::UnixEpoch(); }};
    return ResolveOptions(flags, env);
  }

  std::string folder_;
  bool terminal_ = false;
  std::map<std::string, std::string> variables_;
  std::ostringstream stream_;
};

TEST_F(OptionsTest, DefaultsHoldWhereNothingIsSaid) {
  const auto options = Resolve({});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->coordinator, "127.0.0.1:7443");
  EXPECT_FALSE(options->json);
  EXPECT_FALSE(options->color);
  EXPECT_EQ(options->timeout, absl::Seconds(30));
}

TEST_F(OptionsTest, FlagsWinOverTheEnvironmentAndThatOverTheFile) {
  variables_["NEPACTL_CONFIG"] =
      Write("c.yaml", "coordinator: file:1\noutput: json\ntimeout: 5s\n");
  EXPECT_EQ(Resolve({})->coordinator, "file:1");
  EXPECT_TRUE(Resolve({})->json);
  EXPECT_EQ(Resolve({})->timeout, absl::Seconds(5));
  variables_["NEPA_COORDINATOR"] = "env:2";
  EXPECT_EQ(Resolve({})->coordinator, "env:2");
  const auto options = Resolve({.coordinator = "flag:3", .output = "text", .timeout = "2m"});
  EXPECT_EQ(options->coordinator, "flag:3");
  EXPECT_FALSE(options->json);
  EXPECT_EQ(options->timeout, absl::Minutes(2));
}

TEST_F(OptionsTest, TheFileIsLookedForUnderTheHomeFolder) {
  Write(".config/nepa/nepactl.yaml", "coordinator: home:1\n");
  variables_["HOME"] = folder_;
  EXPECT_EQ(Resolve({})->coordinator, "home:1");
  variables_["HOME"] = folder_ + "/nobody";
  EXPECT_EQ(Resolve({})->coordinator, "127.0.0.1:7443");
}

TEST_F(OptionsTest, AWrongValueIsRefusedWithThePlaceThatHoldsIt) {
  const std::string path = Write("c.yaml", "# mine\ntimeout: soon\n");
  variables_["NEPACTL_CONFIG"] = path;
  EXPECT_EQ(Resolve({}).status().message(),
            path + ":2:10: timeout 'soon' is not a time like 30s, 24h at most");
  EXPECT_TRUE(absl::IsInvalidArgument(Resolve({.timeout = "0"}).status()));
  EXPECT_EQ(Resolve({.coordinator = "host", .timeout = "1s"}).status().message(),
            "--coordinator: coordinator 'host' is not HOST:PORT, like 127.0.0.1:7443");
}

TEST_F(OptionsTest, AnUnknownKeyAMissingFileAndBrokenYamlAreRefused) {
  const std::string path = Write("c.yaml", "cordinator: a:1\n");
  variables_["NEPACTL_CONFIG"] = path;
  EXPECT_THAT(std::string(Resolve({}).status().message()),
              HasSubstr(path + ":1:1: cordinator: no such setting; allowed: "));
  variables_["NEPACTL_CONFIG"] = Write("c.yaml", "a: [\n");
  EXPECT_THAT(std::string(Resolve({}).status().message()), HasSubstr("broken YAML"));
  variables_["NEPACTL_CONFIG"] = folder_ + "/none.yaml";
  EXPECT_TRUE(absl::IsInvalidArgument(Resolve({}).status()));
}

TEST_F(OptionsTest, ColoursAreForTerminalsAndNoColorTurnsThemOff) {
  EXPECT_FALSE(Resolve({})->color);
  terminal_ = true;
  EXPECT_TRUE(Resolve({})->color);
  variables_["NO_COLOR"] = "1";
  EXPECT_FALSE(Resolve({})->color);
  variables_["NO_COLOR"] = "";
  EXPECT_TRUE(Resolve({})->color);
  variables_["TERM"] = "dumb";
  EXPECT_FALSE(Resolve({})->color);
  variables_["NEPACTL_CONFIG"] = Write("c.yaml", "color: always\n");
  EXPECT_TRUE(Resolve({})->color);
}

TEST(ParseTimeoutTest, TakesSecondsAndDurations) {
  EXPECT_EQ(*ParseTimeout("5"), absl::Seconds(5));
  EXPECT_EQ(*ParseTimeout("1m30s"), absl::Seconds(90));
  EXPECT_FALSE(ParseTimeout("-1s").ok());
  EXPECT_FALSE(ParseTimeout("inf").ok());
}

}  // namespace
}  // namespace nepa::cli
