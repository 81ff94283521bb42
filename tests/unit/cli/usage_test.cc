// What a person reads after a wrong command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/nepactl_call.h"

namespace nepa::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(UsageTest, AMisspeltCommandIsAnsweredWithTheNearestOne) {
  EXPECT_EQ(CallNepactl({"lst"}).err,
            "nepactl: unknown command 'lst'; did you mean list?; see nepactl --help\n");
  EXPECT_EQ(CallNepactl({"checkpoints", "exprot", "-o", "text"}).err,
            "nepactl: unknown command 'exprot'; did you mean export?; see nepactl checkpoints "
            "--help\n");
  EXPECT_THAT(CallNepactl({"xyzzy"}).err, HasSubstr("unknown command 'xyzzy'; one of submit, run"));
  EXPECT_THAT(CallNepactl({"workers"}).err,
              HasSubstr("no command was given; one of list, describe, drain, undrain"));
}

TEST(UsageTest, EveryCommandHasHelpWithExamples) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{"submit"},
                                                  {"run"},
                                                  {"list"},
                                                  {"describe"},
                                                  {"explain"},
                                                  {"watch"},
                                                  {"wait"},
                                                  {"logs"},
                                                  {"metrics"},
                                                  {"events"},
                                                  {"cancel"},
                                                  {"pause"},
                                                  {"resume"},
                                                  {"priority"},
                                                  {"delete"},
                                                  {"checkpoints"},
                                                  {"checkpoints", "list"},
                                                  {"checkpoints", "show"},
                                                  {"checkpoints", "verify"},
                                                  {"checkpoints", "pin"},
                                                  {"checkpoints", "unpin"},
                                                  {"checkpoints", "delete"},
                                                  {"checkpoints", "export"},
                                                  {"workers"},
                                                  {"workers", "list"},
                                                  {"workers", "describe"},
                                                  {"workers", "drain"},
                                                  {"workers", "undrain"},
                                                  {"validate"},
                                                  {"schema"},
                                                  {"help"},
                                                  {"version"},
                                                  {"completion"}}) {
    std::vector<std::string> arguments = command;
    arguments.push_back("--help");
    const NepactlCall call = CallNepactl(arguments);
    EXPECT_EQ(call.code, 0) << command.back();
    EXPECT_THAT(call.out, HasSubstr("Examples:\n  ")) << command.back();
    EXPECT_THAT(call.out, HasSubstr("nepactl " + command.front())) << command.back();
    EXPECT_EQ(call.err, "");
  }
}

TEST(UsageTest, HelpIsACommandToo) {
  EXPECT_EQ(CallNepactl({"help"}).out, CallNepactl({"--help"}).out);
  EXPECT_THAT(CallNepactl({"help", "checkpoints", "export"}).out,
              HasSubstr("nepactl checkpoints export c42 models/fashion"));
  EXPECT_EQ(CallNepactl({"help", "descibe"}).err,
            "nepactl: there is no command 'descibe' of nepactl; did you mean describe?; see "
            "nepactl --help\n");
}

TEST(UsageTest, WhatIsHiddenIsNotOffered) {
  EXPECT_THAT(CallNepactl({}).err, ::testing::Not(HasSubstr("names")));
}

TEST(UsageTest, TheHelpOfNepactlNamesItsExitCodes) {
  const NepactlCall call = CallNepactl({"--help"});
  EXPECT_EQ(call.code, 0);
  for (const char* text : {"1 the job failed or was cancelled", "2 wrong usage, a refused\nfile",
                           "3 the coordinator could not be reached", "4 not allowed", "5 not found",
                           "130 interrupted", "NEPACTL_CONFIG"}) {
    EXPECT_THAT(call.out, HasSubstr(text));
  }
}

TEST(UsageTest, AWrongOptionInTheEnvironmentOrTheFlagsIsRefused) {
  EXPECT_EQ(CallNepactl({"list", "-o", "yaml"}).code, 2);
  const NepactlCall call = CallNepactl({"list"}, {{"NEPA_COORDINATOR", "nowhere"}});
  EXPECT_EQ(call.code, 2);
  EXPECT_THAT(call.err, StartsWith("nepactl: NEPA_COORDINATOR: coordinator 'nowhere'"));
}

TEST(UsageTest, ANumberThatIsNoneIsNamed) {
  EXPECT_EQ(CallNepactl({"list", "--limit", "-1"}).err,
            "nepactl: --limit: '-1' is no whole number of 0 or more; see nepactl list --help\n");
}

TEST(UsageTest, TheCompletionKnowsCommandsTheirFlagsAndWhatTheyTake) {
  const NepactlCall bash = CallNepactl({"completion", "bash"});
  EXPECT_EQ(bash.code, 0);
  EXPECT_THAT(bash.out, HasSubstr("'checkpoints export') words='--help -h --ema"));
  EXPECT_THAT(bash.out, HasSubstr("names=checkpoints files=yes"));
  EXPECT_THAT(bash.out, HasSubstr("complete -F _nepactl nepactl"));
  const NepactlCall fish = CallNepactl({"completion", "fish"});
  EXPECT_EQ(fish.code, 0);
  EXPECT_THAT(fish.out, HasSubstr("-n '__fish_use_subcommand' -a describe -d 'Answer"));
  EXPECT_THAT(fish.out, HasSubstr("'(nepactl names jobs 2>/dev/null)'"));
  EXPECT_EQ(CallNepactl({"completion", "tcsh"}).code, 2);
}

}  // namespace
}  // namespace nepa::testing
