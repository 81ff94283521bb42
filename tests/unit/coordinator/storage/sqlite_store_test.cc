#include "coordinator/storage/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/core/core_cluster.h"

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
