// The store at every point where the disk can fail or the power can go: each write, sync, truncate
// and delete that SQLite does for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "coordinator/storage/migrations.h"
#include "coordinator/storage/sqlite_store.h"
#include "tests/support/core/core_cluster.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/power_cuts.h"

namespace nepa::storage {
namespace {

using testing::CoreCluster;
using testing::FaultVfs;
using testing::ForEachPowerCut;
using testing::PrintCrashPoints;
using testing::Unsynced;

// A story of a cluster as batches of changes, and the state after each; states[0] is before any.
struct Story {
  std::vector<std::vector<state::Change>> commits;
  std::vector<state::ClusterState> states;
};

// Two submissions; the second is cancelled and deleted, the first paused and resumed.
Story MakeStory() {
  CoreCluster cluster;
  Story story;
  story.states.push_back(cluster.state);
  const auto commit = [&] {
    if (cluster.changes().empty()) return;
    story.commits.push_back(cluster.changes());
    story.states.push_back(cluster.state);
  };
  std::string first, second;
  cluster.Do([&](core::Draft& draft) { core::ReserveJobIds(draft, 2); });
  commit();
  first = cluster.Submit("first");
  commit();
  second = cluster.Submit("second");
  commit();
  cluster.Cancel(second);
  commit();
  cluster.Delete(second);
  commit();
  cluster.Pause(first);
  commit();
  cluster.Resume(first);
  commit();
  return story;
}

class StoreCrash : public ::testing::Test {
 protected:
  using Connections = std::vector<std::unique_ptr<SqliteStore>>;

  void RemoveFiles() {
    for (const char* end : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(path_ + end);
  }

  void CheckWhole() {
    auto connection = Connection::Open(path_, Connection::Mode::kReadWrite);
    ASSERT_TRUE(connection.ok()) << connection.status();
    auto statement = (*connection)->Prepare("PRAGMA integrity_check");
    ASSERT_TRUE(statement.ok()) << statement.status();
    ASSERT_TRUE((*statement)->Step().value());
    EXPECT_EQ((*statement)->Text(0), "ok");
  }

  // The state after the acknowledged commits, or with the one that was under way.
  void CheckState(const Story& story, size_t acknowledged, bool one_more) {
    auto store = SqliteStore::Open(path_);
    ASSERT_TRUE(store.ok()) << store.status();
    const auto state = (*store)->Load();
    ASSERT_TRUE(state.ok()) << state.status();
    const bool old = *state == story.states[acknowledged];
    const bool next =
        one_more && acknowledged < story.commits.size() && *state == story.states[acknowledged + 1];
    EXPECT_TRUE(old || next) << "after " << acknowledged << " acknowledged commits there are "
                             << state->jobs.size() << " jobs";
  }

  // Moves the log into the database and starts it anew, as SQLite does when it has grown long.
  void Checkpoint() {
    auto connection = Connection::Open(path_, Connection::Mode::kReadWrite);
    if (connection.ok()) (*connection)->Execute("PRAGMA wal_checkpoint(RESTART)").IgnoreError();
  }

  // Opens the store and commits until something fails; how many were acknowledged.
  size_t Run(const Story& story) {
    auto store = SqliteStore::Open(path_);
    if (!store.ok()) return 0;
    size_t acknowledged = 0;
    for (const auto& changes : story.commits) {
      if (!(*store)->Commit(changes).ok()) break;
      if (++acknowledged % 3 == 0) Checkpoint();
    }
    return acknowledged;
  }

  const std::string path_ = ::testing::TempDir() + "/store_crash_test.db";
};

TEST_F(StoreCrash, AnAcknowledgedCommitSurvivesALossOfPowerAtAnyCall) {
  const Story story = MakeStory();
  ASSERT_EQ(story.commits.size(), 7u);
  int calls = 0;
  {
    RemoveFiles();
    FaultVfs vfs;
    ASSERT_EQ(Run(story), story.commits.size());
    calls = vfs.calls();
  }
  const int cuts = ForEachPowerCut(calls, [&](int call, Unsynced unsynced, unsigned seed) {
    RemoveFiles();
    size_t acknowledged = 0;
    {
      FaultVfs vfs;
      vfs.CutAfter(call);
      acknowledged = Run(story);
      vfs.PowerOn(unsynced, seed);
      CheckWhole();
      CheckState(story, acknowledged, /*one_more=*/true);
    }
  });
  PrintCrashPoints("the database", calls, cuts, 0);
  EXPECT_GE(calls, 100);
}

// The disk refuses one call, or is full for a while: the commit is told as failed, the store holds
// what it held, and it goes on with the same commit once the disk does.
TEST_F(StoreCrash, AfterAFailedCommitTheStoreGoesOnAsIfItHadNotBeen) {
  const Story story = MakeStory();
  int calls = 0, failures = 0, refused = 0;
  {
    RemoveFiles();
    FaultVfs vfs;
    auto store = SqliteStore::Open(path_);
    ASSERT_TRUE(store.ok());
    for (const auto& changes : story.commits) ASSERT_TRUE((*store)->Commit(changes).ok());
    calls = vfs.calls();
  }
  for (int call = 1; call <= calls && !HasFailure(); ++call) {
    for (const FaultVfs::Fault fault : {FaultVfs::Fault::kFull, FaultVfs::Fault::kIo}) {
      for (const int count : {1, 5}) {
        SCOPED_TRACE(absl::StrCat(count, " calls from ", call, " of ", calls, " fail, ",
                                  fault == FaultVfs::Fault::kFull ? "disk full" : "I/O error"));
        RemoveFiles();
        FaultVfs vfs;
        vfs.FailAt(call, fault, count);
        ++failures;
        auto store = SqliteStore::Open(path_);
        for (int tries = 0; !store.ok() && tries < 10; ++tries) store = SqliteStore::Open(path_);
        ASSERT_TRUE(store.ok()) << store.status();
        for (size_t i = 0; i < story.commits.size(); ++i) {
          absl::Status status = (*store)->Commit(story.commits[i]);
          for (int tries = 0; !status.ok() && tries < 10; ++tries) {
            ++refused;
            EXPECT_TRUE(absl::IsResourceExhausted(status) || absl::IsUnavailable(status)) << status;
            EXPECT_EQ((*store)->Load().value(), story.states[i]);
            status = (*store)->Commit(story.commits[i]);
          }
          ASSERT_TRUE(status.ok()) << status;
        }
        EXPECT_EQ((*store)->Load().value(), story.states.back());
        store->reset();
        CheckWhole();
        CheckState(story, story.commits.size(), false);
      }
    }
  }
  PrintCrashPoints("the database, refused", calls, 0, failures);
  EXPECT_GE(calls, 60);
  EXPECT_GE(refused, 100);
}

TEST_F(StoreCrash, AMigrationIsDoneOrNotWhereverItIsCutOff) {
  const auto migrate = [&]() -> absl::Status {
    NEPA_ASSIGN_OR_RETURN(auto connection, Connection::Open(path_, Connection::Mode::kReadWrite));
    // As the store does, before it looks at the version.
    NEPA_RETURN_IF_ERROR(
        connection->Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"));
    return Migrate(*connection);
  };
  int all_calls = 0, all_cuts = 0;
  for (size_t version = 0; version < MigrationSteps().size(); ++version) {
    SCOPED_TRACE(absl::StrCat("from version ", version));
    const auto prepare = [&] {
      RemoveFiles();
      auto connection = Connection::Open(path_, Connection::Mode::kReadWrite).value();
      // All of it is there before the disk that fails is: nothing of it waits for the real one.
      ASSERT_TRUE(connection->Execute("PRAGMA synchronous = OFF").ok());
      for (size_t i = 0; i < version; ++i) {
        ASSERT_TRUE(connection->Execute(MigrationSteps()[i]).ok());
      }
      ASSERT_TRUE(connection->Execute(absl::StrCat("PRAGMA user_version=", version).c_str()).ok());
    };
    int calls = 0;
    {
      prepare();
      FaultVfs vfs;
      ASSERT_TRUE(migrate().ok());
      calls = vfs.calls();
    }
    all_calls += calls;
    all_cuts += ForEachPowerCut(calls, [&](int call, Unsynced unsynced, unsigned seed) {
      prepare();
      FaultVfs vfs;
      vfs.CutAfter(call);
      migrate().IgnoreError();
      vfs.PowerOn(unsynced, seed);
      CheckWhole();
      const absl::Status again = SqliteStore::Open(path_).status();
      EXPECT_TRUE(again.ok()) << again;
    });
  }
  PrintCrashPoints("a migration", all_calls, all_cuts, 0);
  EXPECT_GE(all_calls, 20);
}

// What the tests above would miss otherwise: the disk that they simulate does lose what is not
// synced.
TEST_F(StoreCrash, WithoutSyncsAcknowledgedCommitsAreLost) {
  RemoveFiles();
  FaultVfs vfs;
  bool acknowledged = false;
  {
    auto connection = Connection::Open(path_, Connection::Mode::kReadWrite).value();
    ASSERT_TRUE(connection
                    ->Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                              "CREATE TABLE t (x);")
                    .ok());
    ASSERT_TRUE(connection->Execute("PRAGMA synchronous = OFF").ok());
    acknowledged = connection->Execute("INSERT INTO t VALUES (1)").ok();
    vfs.CutAfter(vfs.calls());
  }
  ASSERT_TRUE(acknowledged);
  vfs.PowerOn(Unsynced::kLost, 0);
  auto connection = Connection::Open(path_, Connection::Mode::kReadWrite).value();
  EXPECT_FALSE(connection->Prepare("SELECT x FROM t").value()->Step().value());
}

}  // namespace
}  // namespace nepa::storage
