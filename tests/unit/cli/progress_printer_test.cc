#include "cli/progress_printer.h"

#include <gtest/gtest.h>

#include <sstream>

namespace nepa::cli {
namespace {

v1::Job Running(int64_t step) {
  v1::Job job;
  job.set_id("j1");
  job.set_name("a");
  job.set_phase(v1::PHASE_RUNNING);
  job.set_attempt(1);
  job.set_step(step);
  return job;
}

constexpr absl::Time kStart = absl::UnixEpoch();

TEST(ProgressPrinterTest, PlainLinesComeAtEachChangeAndAtMostEveryTenSecondsBetween) {
  std::ostringstream out;
  ProgressPrinter printer({.out = out});
  v1::Job queued = Running(0);
  queued.set_phase(v1::PHASE_QUEUED);
  queued.set_reason("waits");
  printer.Show(queued, kStart);
  printer.Show(queued, kStart + absl::Minutes(1));  // nothing new
  printer.Show(Running(1), kStart + absl::Minutes(1));
  printer.Show(Running(2), kStart + absl::Minutes(1) + absl::Seconds(9));  // too early
  printer.Show(Running(3), kStart + absl::Minutes(1) + absl::Seconds(10));
  printer.EndDrawing();
  EXPECT_EQ(out.str(),
            "j1 a  QUEUED  waits\n"
            "j1 a  RUNNING  epoch 0.0  step 1\n"
            "j1 a  RUNNING  epoch 0.0  step 3\n");
}

TEST(ProgressPrinterTest, ATerminalHasOneLineDrawnOverAgain) {
  std::ostringstream out;
  ProgressPrinter printer({.out = out, .terminal = true});
  printer.Show(Running(1), kStart);
  printer.Show(Running(2), kStart + absl::Seconds(1));
  printer.PrintLine("stopped");
  EXPECT_EQ(out.str(),
            "\rj1 a  RUNNING  epoch 0.0  step 1\033[K"
            "\rj1 a  RUNNING  epoch 0.0  step 2\033[K\n"
            "stopped\n");
}

TEST(ProgressPrinterTest, ALineThatIsLongerThanTheTerminalIsCutSoThatItDoesNotWrap) {
  std::ostringstream out;
  ProgressPrinter printer({.out = out, .terminal = true, .columns = 12, .color = true});
  printer.Show(Running(1), kStart);
  EXPECT_EQ(out.str(), "\rj1 a  RUNN…\033[K");
}

TEST(ProgressPrinterTest, ANewAttemptLeavesTheLineBeforeItStanding) {
  std::ostringstream out;
  ProgressPrinter printer({.out = out, .terminal = true});
  printer.Show(Running(1), kStart);
  v1::Job again = Running(0);
  again.set_attempt(2);
  printer.Show(again, kStart);
  EXPECT_EQ(out.str(),
            "\rj1 a  RUNNING  epoch 0.0  step 1\033[K\n"
            "\rj1 a  RUNNING  epoch 0.0  step 0\033[K");
}

}  // namespace
}  // namespace nepa::cli
