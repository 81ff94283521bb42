#include "cli/job_screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_join.h"
#include "cli/table.h"

namespace nepa::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Time kNow = absl::FromUnixSeconds(3600);

class JobScreenTest : public ::testing::Test {
 protected:
  JobScreenTest() {
    job_.set_id("j1");
    job_.set_name("fashion");
    job_.set_phase(v1::PHASE_RUNNING);
    job_.set_attempt(2);
    job_.set_restarts(1);
    job_.set_ranks(2);
    job_.add_workers("gpu-07");
    job_.set_step(50);
    job_.set_total_steps(200);
    for (int step = 0; step < 50; ++step) {
      v1::MetricPoint& point = points_.emplace_back();
      point.set_step(step);
      (*point.mutable_values())["loss"] = -0.01 * step;
      if (step % 10 == 0) (*point.mutable_values())["knn_top1"] = 0.01 * step;
    }
    v1::Event& event = events_.emplace_back();
    event.mutable_time()->set_seconds(3540);
    event.set_kind("started");
    event.set_message("trains from step 0");
  }
  std::vector<std::string> Lines(size_t columns, size_t rows) {
    return JobScreenLines(job_, points_, events_, kNow, {.columns = columns, .rows = rows}, false);
  }
  std::string Text(size_t columns, size_t rows) {
    return absl::StrJoin(Lines(columns, rows), "\n");
  }

  v1::Job job_;
  std::vector<v1::MetricPoint> points_;
  std::vector<v1::Event> events_;
};

TEST_F(JobScreenTest, ShowsWhereTheJobIsItsCurvesAndWhatHappenedLast) {
  const std::string text = Text(80, 40);
  EXPECT_THAT(text, HasSubstr("j1 fashion  RUNNING  attempt 2 (1 restart)  2 ranks on gpu-07\n"));
  EXPECT_THAT(text, HasSubstr(" 25.0 %  step 50/200"));
  EXPECT_THAT(text, HasSubstr("loss over steps"));
  EXPECT_THAT(text, HasSubstr("knn_top1 in % over steps"));
  EXPECT_THAT(text, HasSubstr("1m ago  started: trains from step 0"));
}

TEST_F(JobScreenTest, FitsEveryTerminal) {
  job_.set_reason(std::string(300, 'x'));
  for (size_t columns = 30; columns < 140; columns += 11) {
    for (size_t rows = 1; rows < 60; ++rows) {
      const std::vector<std::string> lines = Lines(columns, rows);
      if (rows > 6) {
        EXPECT_LE(lines.size(), rows) << columns;
      }
      for (const std::string& line : lines) EXPECT_LE(DisplayWidth(line), columns) << line;
    }
  }
}

TEST_F(JobScreenTest, ASmallTerminalHasOneCurveOrNone) {
  EXPECT_THAT(Text(80, 16), HasSubstr("loss over steps"));
  EXPECT_THAT(Text(80, 16), Not(HasSubstr("knn_top1")));
  EXPECT_THAT(Text(80, 8), Not(HasSubstr("over steps")));
}

}  // namespace
}  // namespace nepa::cli
