#include "coordinator/storage/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/config/job_fields.h"
#include "common/config/job_spec_json.h"
#include "coordinator/storage/migrations.h"
#include "tests/support/core/core_cluster.h"
#include "tests/support/kept_text.h"

namespace nepa::storage {
namespace {

using nepa::testing::CoreCluster;
using ::testing::HasSubstr;

class SqliteStoreTest : public ::testing::Test {
 protected:
  SqliteStoreTest() {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
  }
  std::unique_ptr<SqliteStore> Open() { return std::move(SqliteStore::Open(path_)).value(); }
  void Execute(const char* sql) {
    auto connection = Connection::Open(path_, Connection::Mode::kReadWrite).value();
    const absl::Status status = connection->Execute(sql);
    ASSERT_TRUE(status.ok()) << status;
  }

  const std::string path_ = ::testing::TempDir() + "/sqlite_store_test.db";
  CoreCluster cluster_;
};

TEST_F(SqliteStoreTest, WhatWasCommittedIsThereAfterReopening) {
  cluster_.Submit("pre");
  ASSERT_TRUE(Open()->Commit(cluster_.changes()).ok());
  EXPECT_EQ(Open()->Load().value(), cluster_.state);
}

TEST_F(SqliteStoreTest, AFailedCommitLeavesNothingBehind) {
  auto store = Open();
  cluster_.Submit("pre");
  ASSERT_TRUE(store->Commit(cluster_.changes()).ok());
  const state::ClusterState before = cluster_.state;
  cluster_.Submit("fine");
  std::vector<state::Change> changes = cluster_.changes();
  changes.push_back(state::AddEvent{{cluster_.now, "j99", 0, "x", "of a job that is not there"}});
  EXPECT_EQ(store->Commit(changes).code(), absl::StatusCode::kInternal);
  EXPECT_EQ(store->Load().value(), before);
  changes.pop_back();
  EXPECT_TRUE(store->Commit(changes).ok());
  EXPECT_EQ(store->Load().value(), cluster_.state);
}

TEST_F(SqliteStoreTest, AMetricHistoryIsBoundedAndKeepsItsEndsAndEvaluations) {
  auto store = Open();
  const std::string id = cluster_.Submit("pre");
  std::vector<state::Change> changes = cluster_.changes();
  for (int64_t step = 1; step <= 6000; ++step) {
    std::map<std::string, double> values = {{"loss", 1.0 / static_cast<double>(step)}};
    if (step % 100 == 0) values = {{"knn_top1", 0.5}};
    changes.push_back(state::AddMetrics{id, {step, cluster_.now, values}});
  }
  ASSERT_TRUE(store->Commit(changes).ok());
  const std::vector<state::MetricPoint> points = store->Metrics(id, 0).value();
  EXPECT_LE(points.size(), 4000u);
  EXPECT_GE(points.size(), 3000u);
  EXPECT_EQ(points.front().step, 1);
  EXPECT_EQ(points.back().step, 6000);
  EXPECT_EQ(std::count_if(points.begin(), points.end(),
                          [](const auto& point) { return point.values.contains("knn_top1"); }),
            60);
}

TEST_F(SqliteStoreTest, AJobKeepsItsFirstAndItsNewestSpans) {
  auto store = Open();
  const std::string id = cluster_.Submit("pre");
  std::vector<state::Change> changes = cluster_.changes();
  for (int64_t i = 0; i < 6000; ++i) {
    changes.push_back(state::AddSpans{
        id, {{1, "rank 0", {"train", "a part", absl::FromUnixMicros(i), absl::ZeroDuration()}}}});
  }
  ASSERT_TRUE(store->Commit(changes).ok());
  const std::vector<state::Span> spans = store->Spans(id).value();
  EXPECT_LE(spans.size(), 4000u);
  EXPECT_GE(spans.size(), 3000u);
  for (int64_t i = 0; i < 1000; ++i) EXPECT_EQ(absl::ToUnixMicros(spans[i].span.begin), i);
  const auto newest = static_cast<int64_t>(spans.size()) - 1000;
  EXPECT_EQ(absl::ToUnixMicros(spans[1000].span.begin), 6000 - newest);
  EXPECT_EQ(absl::ToUnixMicros(spans.back().span.begin), 5999);
}

TEST_F(SqliteStoreTest, AHistoryOfBeforeTheBoundIsReadOnlyAtItsEnd) {
  const std::string id = cluster_.Submit("pre");
  ASSERT_TRUE(Open()->Commit(cluster_.changes()).ok());
  Execute(
      "INSERT INTO metrics (job, step, time, metrics) WITH RECURSIVE n(step) AS (SELECT 1 UNION "
      "ALL "
      "SELECT step + 1 FROM n WHERE step < 9000) SELECT 'j1', step, '2026-01-01T00:00:00Z', "
      "'{\"loss\":0.5}' FROM n");
  const auto points = Open()->Metrics(id, 0);
  ASSERT_TRUE(points.ok()) << points.status();
  EXPECT_EQ(points->size(), 4000u);
  EXPECT_EQ(points->back().step, 9000);
}

TEST_F(SqliteStoreTest, ADamagedRowIsNamed) {
  auto store = Open();
  cluster_.Submit("pre");
  ASSERT_TRUE(store->Commit(cluster_.changes()).ok());
  Execute("UPDATE jobs SET phase = 'SLEEPING'");
  const auto loaded = store->Load();
  EXPECT_TRUE(absl::IsDataLoss(loaded.status()));
  EXPECT_THAT(std::string(loaded.status().message()), HasSubstr("table jobs, row j1"));
  EXPECT_THAT(std::string(loaded.status().message()), HasSubstr("'SLEEPING' is no phase"));
}

// A rule that came later: the job was accepted, runs, and must not keep the coordinator from
// starting.
TEST_F(SqliteStoreTest, AJobThatTodaysRulesWouldRefuseLoads) {
  auto store = Open();
  cluster_.Submit("pre");
  ASSERT_TRUE(store->Commit(cluster_.changes()).ok());
  Execute(
      "UPDATE job_files SET effective = json_set(effective, '$.spec.optimizer.lr', 1e6, "
      "'$.spec.batch.micro', 100000)");
  const auto loaded = store->Load();
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const state::Job& job = loaded->jobs.at("j1");
  EXPECT_FALSE(config::JobFileFromJson(job.source->json).ok());
  EXPECT_EQ(job.phase, state::Phase::kQueued);
  EXPECT_EQ(job.source->file.spec.optimizer.lr, 1e6);
  EXPECT_EQ(job.source->file.spec.batch.micro, 100000);
}

TEST_F(SqliteStoreTest, AJobThatCannotBeReadIsNamedWithWhatToDo) {
  auto store = Open();
  cluster_.Submit("pre");
  ASSERT_TRUE(store->Commit(cluster_.changes()).ok());
  for (const char* damage :
       {"UPDATE job_files SET effective = substr(effective, 1, 100)",
        "UPDATE job_files SET effective = '{\"file\":\"a\",\"folder\":\"/\",\"spec\":{\"hue\":1}}'",
        "DELETE FROM job_files"}) {
    Execute(damage);
    const auto loaded = store->Load();
    EXPECT_TRUE(absl::IsDataLoss(loaded.status())) << damage;
    const std::string message(loaded.status().message());
    EXPECT_THAT(message, HasSubstr("table jobs, row j1 pre: column effective: ")) << damage;
    EXPECT_THAT(message, HasSubstr("Restore nepa.db from a copy")) << damage;
  }
}

// An older program must find out from the version that it does not know the jobs of a newer one.
TEST_F(SqliteStoreTest, StoredJobsHaveTheFieldsThatTheSchemasVersionIsKnownFor) {
  std::string fields = absl::StrCat("schema version ", MigrationSteps().size(), "\n");
  for (const config::Field& field : config::JobFields()) absl::StrAppend(&fields, field.name, "\n");
  nepa::testing::ExpectKept(
      "tests/unit/coordinator/storage/stored_job_fields.txt", fields,
      "a field of job files came or went. Once a version is released its jobs never change: "
      "add a step to coordinator/storage/migrations.cc (it rewrites stored jobs where a field "
      "went), then run this test with NEPA_REWRITE=1");
}

TEST_F(SqliteStoreTest, OnlyTheNewestEventsOfWorkersAreKept) {
  auto store = Open();
  cluster_.Submit("pre");
  ASSERT_TRUE(store->Commit(cluster_.changes()).ok());
  std::vector<state::Change> changes;
  for (int i = 1; i <= 5; ++i) {
    changes.push_back(state::AddEvent{{cluster_.now, "", 0, "worker_lost", absl::StrCat(i)}});
  }
  changes.push_back(state::TrimWorkerEvents{3});
  changes.push_back(state::TrimWorkerEvents{7});  // more than there are
  ASSERT_TRUE(store->Commit(changes).ok());
  auto connection = Connection::Open(path_, Connection::Mode::kReadOnly).value();
  Statement* events =
      connection->Prepare("SELECT group_concat(message) FROM events WHERE job IS NULL").value();
  ASSERT_TRUE(events->Step().value());
  EXPECT_EQ(events->Text(0), "3,4,5");
  EXPECT_EQ(store->Events("j1").value().size(), 1u) << "a job's are none of them";
}

TEST_F(SqliteStoreTest, AFileThatIsNoDatabaseIsDataLoss) {
  std::filesystem::copy_file("WORKSPACE.md", path_);
  EXPECT_TRUE(absl::IsDataLoss(SqliteStore::Open(path_).status()));
}

TEST_F(SqliteStoreTest, ReadersOfHistoryDoNotWaitForTheWriter) {
  auto store = Open();
  cluster_.Submit("pre");
  ASSERT_TRUE(store->Commit(cluster_.changes()).ok());
  auto other = Connection::Open(path_, Connection::Mode::kReadWrite).value();
  ASSERT_TRUE(other->Execute("BEGIN IMMEDIATE").ok());
  EXPECT_EQ(store->Events("j1").value().size(), 1u);
}

}  // namespace
}  // namespace nepa::storage
