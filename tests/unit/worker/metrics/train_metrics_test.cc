#include "worker/metrics/train_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

namespace nepa::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const exchange::AttemptId kFirst{"j7", 1};
const exchange::AttemptId kSecond{"j7", 2};
const absl::Time kNow = absl::FromUnixSeconds(1000);

class TrainMetricsTest : public ::testing::Test {
 protected:
  std::string Scrape() { return prometheus::TextSerializer().Serialize(registry.Collect()); }

  prometheus::Registry registry;
  TrainMetrics metrics{registry, absl::Minutes(5)};
};

TEST_F(TrainMetricsTest, TheFixedNamesCarryJobIdAndJobName) {
  metrics.Began(kFirst, "fashion");
  metrics.Observe(kFirst, frames::Progress{10,
                                           0.5,
                                           640,
                                           {{"loss", -0.5},
                                            {"learning_rate", 0.001},
                                            {"gradient_norm", 2},
                                            {"embedding_std", 0.25},
                                            {"step_seconds", 0.125},
                                            {"data_wait_seconds", 0.0625},
                                            {"images_per_second", 900}}});
  metrics.Observe(kFirst, frames::Metrics{10, {{"knn_top1", 0.75}, {"ema_top5", 0.5}}});
  metrics.Observe(kFirst, frames::CheckpointWritten{10, 1, "x", 1, "", {}, 3, 0.5});
  const std::string text = Scrape();
  const std::string labels = "{job_id=\"j7\",job_name=\"fashion\"}";
  for (const char* line :
       {"nepa_train_loss{} -0.5", "nepa_train_learning_rate{} 0.001",
        "nepa_train_gradient_norm{} 2", "nepa_train_embedding_std{} 0.25",
        "nepa_train_step_seconds{} 0.125", "nepa_train_data_wait_seconds{} 0.0625",
        "nepa_train_images_total{} 640", "nepa_checkpoint_write_seconds_sum{} 3",
        "nepa_checkpoint_write_seconds_count{} 1", "nepa_checkpoint_stall_seconds_sum{} 0.5"}) {
    std::string expected = line;
    expected.replace(expected.find("{}"), 2, labels);
    EXPECT_THAT(text, HasSubstr(expected));
  }
  EXPECT_THAT(text, HasSubstr("nepa_eval_accuracy{job_id=\"j7\",job_name=\"fashion\","
                              "metric=\"knn_top1\"} 0.75"));
  EXPECT_THAT(text, HasSubstr("metric=\"ema_top5\"} 0.5"));
  EXPECT_THAT(text, Not(HasSubstr("images_per_second")));
}

TEST_F(TrainMetricsTest, ASeriesAppearsWithItsFirstValue) {
  metrics.Began(kFirst, "fashion");
  EXPECT_THAT(Scrape(), Not(HasSubstr("j7")));
}

TEST_F(TrainMetricsTest, SeriesStayAsLongAsSaidAfterTheEndWhoeverScrapes) {
  metrics.Began(kFirst, "fashion");
  metrics.Observe(kFirst, frames::Progress{10, 0.5, 640, {{"loss", -0.5}, {"top1", 0.5}}});
  metrics.Observe(kFirst, frames::CheckpointWritten{});
  EXPECT_EQ(metrics.NextExpiry(), absl::InfiniteFuture());
  metrics.Ended(kFirst, kNow);
  EXPECT_EQ(metrics.NextExpiry(), kNow + absl::Minutes(5));
  metrics.Expire(kNow + absl::Minutes(5) - absl::Seconds(1));
  EXPECT_THAT(Scrape(), HasSubstr("j7"));
  metrics.Expire(kNow + absl::Minutes(5));
  EXPECT_THAT(Scrape(), Not(HasSubstr("j7")));
  EXPECT_EQ(metrics.NextExpiry(), absl::InfiniteFuture());
}

TEST_F(TrainMetricsTest, ImagesGoOnCountingOverAttemptsAndNeverRunBackwards) {
  metrics.Began(kFirst, "fashion");
  metrics.Observe(kFirst, frames::Progress{10, 0.5, 640, {}});
  metrics.Observe(kFirst, frames::Progress{9, 0.5, 600, {}});
  metrics.Ended(kFirst, kNow);
  metrics.Began(kSecond, "fashion");
  metrics.Expire(kNow + absl::Hours(1));
  metrics.Observe(kSecond, frames::Progress{6, 0.3, 64, {}});
  EXPECT_THAT(Scrape(),
              HasSubstr("nepa_train_images_total{job_id=\"j7\",job_name=\"fashion\"} 704"));
}

TEST_F(TrainMetricsTest, FramesOfAPastAttemptCountNoMore) {
  metrics.Began(kFirst, "fashion");
  metrics.Began(kSecond, "fashion");
  metrics.Observe(kFirst, frames::Progress{10, 0.5, 640, {{"loss", 1}}});
  metrics.Ended(kFirst, kNow);
  EXPECT_THAT(Scrape(), Not(HasSubstr("j7")));
  EXPECT_EQ(metrics.NextExpiry(), absl::InfiniteFuture());
}

}  // namespace
}  // namespace nepa::worker
