// A real Prometheus scrapes a real coordinator and worker while a job trains: what it then knows
// agrees with what nepactl says, stands in docs/metrics.md, and disappears as promised.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/integration/prometheus_server.h"
#include "tests/support/local_cluster.h"
#include "tests/support/small_jobs.h"

namespace nepa::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr absl::Duration kPatience = absl::Seconds(120);
constexpr int kSteps = 40;

// One line of the table of docs/metrics.md.
struct Documented {
  std::string type;
  std::set<std::string> labels;
  std::string help;
};

std::map<std::string, Documented> ReadDocumentation() {
  std::map<std::string, Documented> table;
  std::ifstream page("docs/metrics.md");
  for (std::string line; std::getline(page, line);) {
    if (!absl::StartsWith(line, "| `nepa_")) continue;
    std::vector<std::string> cells;
    for (const absl::string_view cell : absl::StrSplit(line, '|')) {
      cells.emplace_back(absl::StripAsciiWhitespace(cell));
    }
    Documented& row = table[std::string(absl::StripSuffix(absl::StripPrefix(cells[1], "`"), "`"))];
    row.type = cells[2];
    for (absl::string_view label : absl::StrSplit(cells[3], ", ", absl::SkipEmpty())) {
      row.labels.emplace(absl::StripSuffix(absl::StripPrefix(label, "`"), "`"));
    }
    row.help = cells[4];
  }
  return table;
}

// The names that dashboards rely on (design.md, "Names that stay fixed"), with their labels.
const std::map<std::string, std::set<std::string>> kFixedNames = {
    {"nepa_jobs", {"phase"}},
    {"nepa_queue_wait_seconds", {}},
    {"nepa_schedule_seconds", {}},
    {"nepa_workers", {"state"}},
    {"nepa_slots", {"state"}},
    {"nepa_job_restarts_total", {"job_id", "job_name", "reason"}},
    {"nepa_train_loss", {"job_id", "job_name"}},
    {"nepa_train_images_total", {"job_id", "job_name"}},
    {"nepa_train_step_seconds", {"job_id", "job_name"}},
    {"nepa_train_data_wait_seconds", {"job_id", "job_name"}},
    {"nepa_train_gradient_norm", {"job_id", "job_name"}},
    {"nepa_train_learning_rate", {"job_id", "job_name"}},
    {"nepa_train_embedding_std", {"job_id", "job_name"}},
    {"nepa_eval_accuracy", {"job_id", "job_name", "metric"}},
    {"nepa_checkpoint_write_seconds", {"job_id", "job_name"}},
    {"nepa_checkpoint_stall_seconds", {"job_id", "job_name"}},
};

// A histogram's name is that of its family, without _bucket, _sum or _count.
std::string FamilyOf(const std::string& series, const std::map<std::string, Family>& families) {
  if (families.contains(series)) return series;
  for (const char* part : {"_bucket", "_sum", "_count"}) {
    const std::string family(absl::StripSuffix(series, part));
    if (family != series && families.contains(family)) return family;
  }
  return "";
}

class PrometheusTest : public ::testing::Test {
 protected:
  void Start(const std::vector<std::string>& flags = {}) {
    cluster_.StartCoordinator(flags);
    cluster_.StartWorker(flags);
    prometheus_.emplace(cluster_.folder(), std::vector<std::string>{cluster_.coordinator_http(),
                                                                    cluster_.worker_http()});
  }

  // A job that has ended as it should, and one whose trainer was killed, which goes on training.
  std::string RunToItsEnd() {
    const std::string job =
        cluster_.Submit(cluster_.WriteFile("seen.yaml", SmallPretrainJob("seen", kSteps, 20)));
    EXPECT_TRUE(cluster_.WaitForPhase(job, "SUCCEEDED", kPatience)) << Describe(job).dump(1);
    return job;
  }
  std::string RunAndStrike() {
    const std::string job =
        cluster_.Submit(cluster_.WriteFile("struck.yaml", SmallPretrainJob("struck", 100'000, 5)));
    EXPECT_TRUE(WaitUntil([&] { return !Describe(job)["checkpoints"].empty(); }, kPatience));
    ::kill(Describe(job)["gang"][0]["pid"].get<pid_t>(), SIGKILL);
    EXPECT_TRUE(WaitUntil(
        [&] {
          const nlohmann::json now = Describe(job);
          return now["attempt"] == 2 && now["phase"] == "RUNNING";
        },
        kPatience))
        << Describe(job).dump(1);
    return job;
  }
  void CancelAndWait(const std::string& job) {
    EXPECT_EQ(cluster_.Nepactl({"cancel", job}).code, 0);
    EXPECT_TRUE(cluster_.WaitForPhase(job, "CANCELLED", kPatience));
  }

  nlohmann::json Describe(const std::string& job) {
    return cluster_.NepactlJson({"describe", job});
  }
  size_t EventsOf(const std::string& kind) {
    size_t count = 0;
    for (const nlohmann::json& job : cluster_.NepactlJson({"list"})) {
      for (const nlohmann::json& event : cluster_.NepactlJson({"events", job["id"]})) {
        count += event["kind"] == kind;
      }
    }
    return count;
  }

  // The only value of `name` for this job.
  std::optional<double> Of(const std::string& job, const std::string& name,
                           const std::string& more = "") {
    return prometheus_->Value(absl::StrCat(name, "{job_id=\"", job, "\"", more, "}"));
  }

  void ExpectTrainingAgrees(const std::string& job);
  void ExpectClusterAgrees();
  void ExpectNamesTypesAndLabels();
  void ExpectPromtoolFindsNothing(const std::string& address);

  LocalCluster cluster_;
  std::optional<PrometheusServer> prometheus_;
};

// Against the history and the latest values, both as JSON.
void PrometheusTest::ExpectTrainingAgrees(const std::string& job) {
  const nlohmann::json history = cluster_.NepactlJson({"metrics", job});
  const nlohmann::json latest = Describe(job)["metrics"];
  ASSERT_FALSE(history.empty());
  EXPECT_EQ(history.back()["step"], kSteps);
  for (const char* name : {"loss", "learning_rate", "gradient_norm", "embedding_std",
                           "step_seconds", "data_wait_seconds"}) {
    SCOPED_TRACE(name);
    const std::optional<double> scraped = Of(job, absl::StrCat("nepa_train_", name));
    ASSERT_TRUE(scraped.has_value());
    EXPECT_DOUBLE_EQ(*scraped, history.back()[name].get<double>());
    EXPECT_DOUBLE_EQ(*scraped, latest[name].get<double>());
  }
  EXPECT_EQ(Of(job, "nepa_train_images_total"), 64.0 * kSteps);

  std::set<std::string> accuracies;
  for (const Sample& sample :
       prometheus_->Query(absl::StrCat("nepa_eval_accuracy{job_id=\"", job, "\"}"))) {
    const std::string metric = sample.labels.at("metric");
    accuracies.insert(metric);
    EXPECT_DOUBLE_EQ(sample.value, latest[metric].get<double>()) << metric;
    EXPECT_DOUBLE_EQ(sample.value, history.back()[metric].get<double>()) << metric;
  }
  std::set<std::string> said;
  for (const auto& [name, value] : latest.items()) {
    if (absl::StrContains(name, "top") && value.is_number()) said.insert(name);
  }
  EXPECT_EQ(accuracies, said);
  EXPECT_THAT(said, ::testing::Contains("knn_top1"));
  EXPECT_EQ(Of(job, "nepa_eval_effective_rank"), latest["effective_rank"].get<double>());

  double checkpoints = 0;
  for (const nlohmann::json& event : cluster_.NepactlJson({"events", job})) {
    checkpoints += event["kind"] == "checkpoint";
  }
  EXPECT_GE(checkpoints, 2);
  EXPECT_EQ(Of(job, "nepa_checkpoint_write_seconds_count"), checkpoints);
  EXPECT_EQ(Of(job, "nepa_checkpoint_stall_seconds_count"), checkpoints);
}

void PrometheusTest::ExpectClusterAgrees() {
  std::map<std::string, double> phases, states;
  double restarts = 0;
  for (const nlohmann::json& job : cluster_.NepactlJson({"list"})) {
    ++phases[job["phase"]];
    restarts += job["restarts"].get<double>();
  }
  for (const Sample& sample : prometheus_->Query("nepa_jobs")) {
    EXPECT_EQ(sample.value, phases[sample.labels.at("phase")]) << sample.labels.at("phase");
  }
  EXPECT_THAT(prometheus_->Query("nepa_jobs"), SizeIs(8)) << "every phase has its series";
  EXPECT_EQ(restarts, 1);
  EXPECT_EQ(prometheus_->Value("nepa_job_restarts_total{reason=\"killed\"}"), restarts);

  double total = 0, free = 0;
  for (const nlohmann::json& worker : cluster_.NepactlJson({"workers", "list"})) {
    ++states[worker["state"]];
    total += worker["slots"]["total"].get<double>();
    free += worker["slots"]["free"].get<double>();
  }
  for (const Sample& sample : prometheus_->Query("nepa_workers")) {
    EXPECT_EQ(sample.value, states[sample.labels.at("state")]) << sample.labels.at("state");
  }
  EXPECT_EQ(prometheus_->Value("nepa_slots{state=\"free\"}"), free);
  EXPECT_EQ(prometheus_->Value("nepa_slots{state=\"used\"}"), total - free);
  EXPECT_EQ(prometheus_->Value("nepa_queue_wait_seconds_count"), EventsOf("placed"));
  EXPECT_GT(prometheus_->Value("nepa_schedule_seconds_count").value_or(0), 0);
  EXPECT_EQ(prometheus_->Value("nepa_rpcs_total{method=\"SubmitJob\",code=\"OK\"}"), 2);
  EXPECT_EQ(prometheus_->Value("nepa_commit_failures_total"), 0);
}

void PrometheusTest::ExpectNamesTypesAndLabels() {
  const std::map<std::string, Documented> documented = ReadDocumentation();
  std::map<std::string, Family> families = prometheus_->Families();
  for (const auto& [name, family] : families) {
    ASSERT_TRUE(documented.contains(name)) << name << " has no line in docs/metrics.md";
    EXPECT_EQ(family.type, documented.at(name).type) << name;
    EXPECT_EQ(family.help, documented.at(name).help) << name;
  }
  for (const auto& [name, row] : documented) {
    EXPECT_TRUE(families.contains(name)) << name << " of docs/metrics.md was never served";
  }
  for (const auto& [name, labels] : kFixedNames) {
    ASSERT_TRUE(documented.contains(name)) << name;
    EXPECT_EQ(documented.at(name).labels, labels) << name;
    EXPECT_EQ(absl::EndsWith(name, "_total"), documented.at(name).type == "counter") << name;
  }
  for (const Sample& sample : prometheus_->Query("{__name__=~\"nepa_.*\"}")) {
    const std::string family = FamilyOf(sample.name, families);
    ASSERT_NE(family, "") << sample.name;
    std::set<std::string> labels;
    for (const auto& [label, value] : sample.labels) labels.insert(label);
    if (absl::EndsWith(sample.name, "_bucket")) labels.erase("le");
    EXPECT_EQ(labels, documented.at(family).labels) << sample.name;
  }
}

void PrometheusTest::ExpectPromtoolFindsNothing(const std::string& address) {
  const std::string text = HttpGet(address, "/metrics");
  ASSERT_THAT(text, Not(IsEmpty()));
  const std::string path = cluster_.WriteFile("metrics.txt", text);
  const Output found =
      RunProgram("/bin/sh", {"-c", "exec promtool check metrics < \"$1\"", "sh", path});
  EXPECT_EQ(found.code, 0);
  EXPECT_EQ(found.out, "");
  EXPECT_EQ(found.error, "");
}

TEST_F(PrometheusTest, WhatItScrapesAgreesWithNepactlAndWithTheDocumentation) {
  Start();
  const std::string seen = RunToItsEnd();
  CancelAndWait(RunAndStrike());
  ASSERT_TRUE(prometheus_->WaitForScrape());
  ExpectTrainingAgrees(seen);
  ExpectClusterAgrees();
  ExpectNamesTypesAndLabels();
  ExpectPromtoolFindsNothing(cluster_.coordinator_http());
  ExpectPromtoolFindsNothing(cluster_.worker_http());
}

TEST_F(PrometheusTest, AllSeriesOfAJobDisappearAfterItsEndAndNotBefore) {
  Start({"--series-stay", "10s"});
  const std::string job = RunAndStrike();
  const std::string all = absl::StrCat("{job_id=\"", job, "\"}");
  const std::string of_worker = "nepa_train_loss" + all,
                    of_coordinator = "nepa_job_restarts_total" + all;
  EXPECT_TRUE(WaitUntil(
      [&] {
        return prometheus_->Value(of_worker).has_value() &&
               prometheus_->Value(of_coordinator) == 1.0;
      },
      kPatience));
  CancelAndWait(job);
  EXPECT_TRUE(WaitUntil([&] { return prometheus_->Query(all).empty(); }, kPatience));
  EXPECT_TRUE(prometheus_->WaitForScrape()) << "gone, though both daemons were scraped";
  EXPECT_THAT(prometheus_->Query(all), IsEmpty());

  absl::Time ended;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, Describe(job)["ended_at"].get<std::string>(),
                              &ended, nullptr));
  EXPECT_GT(prometheus_->LastScrapeOf(of_worker), ended);
  EXPECT_GT(prometheus_->LastScrapeOf(of_coordinator), ended);
}

}  // namespace
}  // namespace nepa::testing
