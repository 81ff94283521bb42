#include "cli/interrupts.h"

#include <gtest/gtest.h>

#include <csignal>

namespace nepa::cli {
namespace {

TEST(InterruptsTest, ASignalIsTakenInsteadOfEndingTheProgram) {
  Interrupts interrupts;
  EXPECT_FALSE(interrupts.Take());
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
    std::raise(signal_number);
    EXPECT_TRUE(interrupts.Take());
    EXPECT_FALSE(interrupts.Take());
  }
}

TEST(InterruptsTest, ASignalThatNobodyTookDoesNotStrikeAfterwards) {
  {
    Interrupts interrupts;
    std::raise(SIGINT);
  }
  SUCCEED() << "still here";
}

}  // namespace
}  // namespace nepa::cli
