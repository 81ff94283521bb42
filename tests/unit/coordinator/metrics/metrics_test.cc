#include "coordinator/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include "tests/support/core/core_cluster.h"

namespace nepa::coordinator {
namespace {

using nepa::testing::CoreCluster;
using ::testing::HasSubstr;
using ::testing::Not;

class MetricsTest : public ::testing::Test {
 protected:
  std::string Text() {
    return prometheus::TextSerializer().Serialize(metrics_.registry()->Collect());
  }
  CoreCluster cluster_;
  static constexpr absl::Duration kStay = absl::Minutes(5);
  Metrics metrics_{kStay};
};

TEST_F(MetricsTest, TheClusterIsShownByPhaseAndState) {
  cluster_.AddWorker("a", 3);
  cluster_.Submit("pre");
  cluster_.Submit("big", [](config::JobSpec& spec) {
    spec.resources.min_ranks = spec.resources.max_ranks = 3;
  });
  metrics_.ShowCluster(cluster_.state, cluster_.live);
  const std::string text = Text();
  EXPECT_THAT(text, HasSubstr("nepa_jobs{phase=\"STARTING\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("nepa_jobs{phase=\"QUEUED\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("nepa_workers{state=\"READY\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("nepa_slots{state=\"used\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("nepa_slots{state=\"free\"} 2\n"));
}

TEST_F(MetricsTest, RanksOfAWorkerThatIsAwayTakeNoSlotsFromTheOthers) {
  const std::string away = cluster_.AddWorker("a", 2);
  cluster_.Submit("pre", [](config::JobSpec& spec) {
    spec.resources.min_ranks = spec.resources.max_ranks = 2;
  });
  cluster_.AddWorker("b", 3);
  cluster_.Do([&](core::Draft& draft) { core::Disconnect(draft, away, 1); });
  metrics_.ShowCluster(cluster_.state, cluster_.live);
  EXPECT_THAT(Text(), HasSubstr("nepa_slots{state=\"used\"} 2\n"));
  EXPECT_THAT(Text(), HasSubstr("nepa_slots{state=\"free\"} 3\n"));
}

TEST_F(MetricsTest, TheSeriesOfAJobStayAsLongAsSaidAfterItsEnd) {
  const std::string id = cluster_.Submit("pre");
  metrics_.CountRestart(cluster_.job(id), frames::ExitKind::kKilled);
  metrics_.CountRestart(cluster_.job(id), frames::ExitKind::kKilled);
  const std::string series =
      "nepa_job_restarts_total{job_id=\"j1\",job_name=\"pre\",reason=\"killed\"} 2";
  EXPECT_THAT(Text(), HasSubstr(series));
  metrics_.JobEnded(id, cluster_.now);
  metrics_.Expire(cluster_.now + kStay - absl::Milliseconds(1));
  EXPECT_THAT(Text(), HasSubstr(series));
  EXPECT_EQ(metrics_.NextExpiry(), cluster_.now + kStay);
  metrics_.Expire(cluster_.now + kStay);
  EXPECT_THAT(Text(), Not(HasSubstr("job_id=\"j1\"")));
  EXPECT_EQ(metrics_.NextExpiry(), absl::InfiniteFuture());
}

}  // namespace
}  // namespace nepa::coordinator
