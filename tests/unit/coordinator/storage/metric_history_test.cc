#include "coordinator/storage/metric_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace nepa::storage {
namespace {

using ::testing::IsEmpty;

// A history as a store keeps it: each new point may make it thin the others.
class History {
 public:
  void Add(int64_t step, bool evaluation) {
    points_.push_back({step, evaluation});
    const std::vector<int64_t> steps = StepsToForget(points_);
    if (steps.empty()) return;
    const std::set<int64_t> forgotten(steps.begin(), steps.end());
    std::erase_if(points_, [&](const HistoryPoint& p) { return forgotten.contains(p.step); });
  }
  const std::vector<HistoryPoint>& points() const { return points_; }
  int64_t LargestGap() const {
    int64_t gap = 0;
    for (size_t i = 1; i < points_.size(); ++i) {
      gap = std::max(gap, points_[i].step - points_[i - 1].step);
    }
    return gap;
  }

 private:
  std::vector<HistoryPoint> points_;
};

TEST(MetricHistory, AShortOneIsKeptWhole) {
  History history;
  for (int64_t step = 0; step < static_cast<int64_t>(kMostPoints); ++step) history.Add(step, false);
  EXPECT_EQ(history.points().size(), kMostPoints);
}

TEST(MetricHistory, OfAMonthAtAPointASecondShowsAllOfItAndEachEvaluation) {
  constexpr int64_t kSeconds = 30 * 24 * 3600;
  History history;
  int64_t evaluations = 0;
  for (int64_t step = 1; step <= kSeconds; ++step) {
    const bool evaluation = step % 3600 == 0;
    evaluations += evaluation;
    history.Add(step, evaluation);
    ASSERT_LE(history.points().size(), kMostPoints);
  }
  EXPECT_EQ(history.points().front().step, 1);
  EXPECT_EQ(history.points().back().step, kSeconds);
  EXPECT_EQ(std::count_if(history.points().begin(), history.points().end(),
                          [](const HistoryPoint& point) { return point.evaluation; }),
            evaluations);
  EXPECT_LT(history.LargestGap(), kSeconds / 300);
}

TEST(MetricHistory, EvaluationsGoOnlyWhenThereAreTooManyOfThemAlone) {
  History history;
  for (int64_t step = 0; step < 20000; ++step) history.Add(step, step % 2 == 1);
  EXPECT_LE(history.points().size(), kMostPoints);
  EXPECT_EQ(history.points().front().step, 0);
  EXPECT_EQ(history.points().back().step, 19999);
  EXPECT_LT(history.LargestGap(), 200);
}

TEST(MetricHistory, HasNothingToForgetWhereThereIsNothing) {
  EXPECT_THAT(StepsToForget({}), IsEmpty());
}

}  // namespace
}  // namespace nepa::storage
