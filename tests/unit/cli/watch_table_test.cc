#include "cli/watch_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/table.h"

namespace nepa::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr absl::Time kNow = absl::FromUnixSeconds(3600);

v1::WatchJobsResponse Picture() {
  v1::WatchJobsResponse news;
  v1::Job& running = *news.add_jobs();
  running.set_id("j1");
  running.set_name("fashion");
  running.set_phase(v1::PHASE_RUNNING);
  running.set_step(1230);
  running.set_total_steps(2340);
  running.set_global_batch(256);
  (*running.mutable_metrics())["loss"] = -0.5;
  (*running.mutable_metrics())["images_per_second"] = 1420;
  v1::Job& waiting = *news.add_jobs();
  waiting.set_id("j2");
  waiting.set_name("next");
  waiting.set_phase(v1::PHASE_QUEUED);
  waiting.set_reason("needs 1 cpu slot; 0 of 1 cpu slot is free");
  news.set_total_jobs(2);
  for (const v1::Phase phase : {v1::PHASE_QUEUED, v1::PHASE_RUNNING, v1::PHASE_FAILED}) {
    v1::PhaseCount& count = *news.add_phases();
    count.set_phase(phase);
    count.set_jobs(phase == v1::PHASE_FAILED ? 0 : 1);
  }
  v1::Worker& worker = *news.add_workers();
  worker.set_state(v1::WORKER_STATE_READY);
  worker.mutable_slots()->set_total(1);
  worker.mutable_slots()->set_used(1);
  return news;
}

TEST(BarTest, IsFilledByEighthsOfACell) {
  EXPECT_EQ(BarText(0, 4), "    ");
  EXPECT_EQ(BarText(0.5, 4), "██  ");
  EXPECT_EQ(BarText(0.53125, 4), "██▏ ");
  EXPECT_EQ(BarText(1, 4), "████");
  EXPECT_EQ(BarText(7, 2), "██");
  EXPECT_EQ(BarText(-1, 2), "  ");
}

TEST(WatchLinesTest, TheClusterAndEachOfItsJobsHaveALine) {
  EXPECT_THAT(
      WatchLines(Picture(), kNow, {.columns = 160, .rows = 24}, false),
      ElementsAre(
          "2 jobs: 1 QUEUED, 1 RUNNING   slots 1 of 1 used on 1 worker   01:00:00 UTC", "",
          "ID  NAME     PHASE    PROGRESS           STEP     LOSS  IMAGES/S   LEFT  REASON",
          "j1  fashion  RUNNING  █████▎      53 %  1,230  -0.5000     1,420  3m20s  -",
          "j2  next     QUEUED   -                     0        -         -      -  needs 1 "
          "cpu slot; 0 of 1 cpu slot is free"));
}

TEST(WatchLinesTest, NoLineIsWiderThanTheTerminal) {
  for (size_t columns = 1; columns < 120; ++columns) {
    for (const std::string& line :
         WatchLines(Picture(), kNow, {.columns = columns, .rows = 24}, false)) {
      EXPECT_LE(DisplayWidth(line), columns) << line;
    }
  }
}

TEST(WatchLinesTest, JobsWithoutARowAreCounted) {
  v1::WatchJobsResponse news = Picture();
  news.set_total_jobs(1200);
  EXPECT_EQ(WatchLines(news, kNow, {.columns = 80, .rows = 24}, false).back(),
            "1,198 more jobs: nepactl list");
}

TEST(WatchLinesTest, AnEmptyClusterSaysWhatToDo) {
  const auto lines = WatchLines({}, kNow, {.columns = 80, .rows = 24}, false);
  EXPECT_THAT(absl::StrJoin(lines, "\n"), HasSubstr("no worker is ready"));
  EXPECT_EQ(lines.back(), "No jobs yet. Submit one with nepactl submit FILE.");
}

}  // namespace
}  // namespace nepa::cli
