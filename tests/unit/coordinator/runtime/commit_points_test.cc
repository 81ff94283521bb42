// A coordinator that dies before a commit, or between a commit and its reply, at every turn of a
// job's life, on the real store: who asked again gets the first answer, and what was asked for has
// happened once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "coordinator/core/operations.h"
#include "coordinator/runtime/durable_state.h"
#include "coordinator/storage/sqlite_store.h"
#include "tests/support/core/core_cluster.h"

namespace nepa::coordinator {
namespace {

constexpr absl::Duration kBetweenSteps = absl::Milliseconds(100);

enum class Death { kNone, kBeforeCommit, kAfterCommit };

// The real store, and a process that dies at one of its commits: nothing that the turn returns is
// seen by anybody.
class DyingStore : public storage::Store {
 public:
  explicit DyingStore(const std::string& path)
      : store_(std::move(storage::SqliteStore::Open(path)).value()) {}

  absl::StatusOr<state::ClusterState> Load() override { return store_->Load(); }
  absl::Status Commit(absl::Span<const state::Change> changes) override {
    if (death == Death::kBeforeCommit) return absl::UnavailableError("dead");
    const absl::Status status = store_->Commit(changes);
    return death == Death::kAfterCommit ? absl::UnavailableError("dead") : status;
  }
  absl::StatusOr<std::vector<state::Event>> Events(const std::string& job) override {
    return store_->Events(job);
  }
  absl::StatusOr<std::vector<state::MetricPoint>> Metrics(const std::string& job,
                                                          int64_t from_step) override {
    return store_->Metrics(job, from_step);
  }
  absl::StatusOr<std::vector<state::Span>> Spans(const std::string& job) override {
    return store_->Spans(job);
  }

  Death death = Death::kNone;

 private:
  std::unique_ptr<storage::SqliteStore> store_;
};

// One thing that happens, and what it answers, as text.
struct Step {
  std::string name;
  std::function<std::string(core::Draft&)> decide;
  // What the worker runs from then on; none: as before.
  std::optional<std::vector<exchange::RankStatus>> ranks = std::nullopt;
};

std::string Text(const core::Reply& reply) {
  return absl::StrCat(reply.status.ToString(), " ", reply.subject);
}

class CommitPoints : public ::testing::Test {
 protected:
  static core::JobCommand Command(const std::string& request, const std::string& job) {
    return {request, job};
  }

  // A report of the worker with the items of its outbox from `first` on, and the ranks that it
  // runs.
  static Step Report(const std::string& name, int64_t first,
                     const std::vector<decltype(exchange::OutboxItem::what)>& items,
                     const std::vector<exchange::RankStatus>& ranks = {}) {
    return {name,
            [=](core::Draft& draft) {
              exchange::Report report{.worker_id = "w1", .incarnation = 1, .ranks = ranks};
              int64_t number = first;
              for (const auto& item : items) report.outbox.push_back({number++, item});
              return core::TakeReport(draft, report).ToString();
            },
            ranks};
  }

  static std::vector<Step> Script() {
    const exchange::AttemptId one{"j1", 1}, two{"j1", 2};
    const auto running = [](const exchange::AttemptId& attempt) {
      return std::vector<exchange::RankStatus>{
          {attempt, 0, exchange::RankState::kRunning, 42, 100, {}}};
    };
    const auto wrote = [](const exchange::AttemptId& attempt, int64_t step) {
      frames::CheckpointWritten written;
      written.step = step;
      written.path = absl::StrCat("checkpoints/step-", step, "-attempt-", attempt.attempt);
      written.bytes = 64;
      written.sha256 = absl::StrCat("hash", step);
      return exchange::RankCheckpoint{attempt, absl::UnixEpoch(), written};
    };
    const auto submit = [](const std::string& request, const std::string& name) {
      core::SubmitCommand command;
      command.request_id = request;
      command.source = nepa::testing::SmallSource(name);
      return [=](core::Draft& draft) { return Text(core::Submit(draft, command)); };
    };
    return {
        {"register",
         [](core::Draft& draft) {
           const auto registered = core::Register(draft, {"a", "a.example", "", 1, "cpu", {}, "1"});
           return registered.ok() ? registered->worker_id : registered.status().ToString();
         }},
        Report("first report", 1, {}),
        {"submit", submit("r1", "first")},
        Report("started", 1, {exchange::RankStarted{one, 0, {42, 0, 100, "cpu", 8, 1}}},
               running(one)),
        {"submit another", submit("r2", "second")},
        Report("checkpoint", 2, {wrote(one, 10)}, running(one)),
        Report("metrics", 3, {exchange::RankMetrics{one, absl::UnixEpoch(), {10, {{"loss", 1.5}}}}},
               running(one)),
        {"pause", [](core::Draft& draft) { return Text(core::Pause(draft, Command("r3", "j1"))); }},
        {"cancel the other",
         [](core::Draft& draft) { return Text(core::Cancel(draft, Command("r4", "j2"))); }},
        Report(
            "stopped with a checkpoint", 4,
            {wrote(one, 12), exchange::RankExited{one, 0, {frames::ExitKind::kStopped, ""}, {}}}),
        {"resume",
         [](core::Draft& draft) { return Text(core::Resume(draft, Command("r5", "j1"))); }},
        Report("started again", 6, {exchange::RankStarted{two, 0, {43, 12, 100, "cpu", 8, 1}}},
               running(two)),
        Report("succeeded", 7,
               {wrote(two, 100),
                exchange::RankExited{two, 0, {frames::ExitKind::kSucceeded, ""}, {}}}),
        {"told",
         [](core::Draft& draft) {
           core::NotificationTried(draft, "j1", absl::OkStatus());
           return std::string("told");
         }},
        {"delete the other",
         [](core::Draft& draft) {
           return Text(core::Delete(draft, {"r6", "j2", false}));
         }},
        {"delete",
         [](core::Draft& draft) {
           return Text(core::Delete(draft, {"r7", "j1", false}));
         }},
        {"folder removed",
         [](core::Draft& draft) {
           core::FolderRemoved(draft, "jobs/j1");
           return std::string("removed");
         }},
    };
  }

  // What came of a run of the script.
  struct Outcome {
    std::vector<std::string> answers;
    std::vector<std::string> world;  // after each step
    state::ClusterState state;
    std::vector<bool> committed;
  };

  void Open() {
    state_.reset();
    store_.emplace(path_);
    core::Settings settings;
    settings.notify_url = "http://receiver/";
    auto opened = DurableState::Open({&*store_, settings, [this] { return now_; }});
    ASSERT_TRUE(opened.ok()) << opened.status();
    state_.emplace(*std::move(opened));
  }

  // The answer of the step, if the process lived to give it.
  std::optional<std::string> Take(const Step& step) {
    std::string answer;
    const Turn turn = state_->TakeTurn({[&](core::Draft& draft) { answer = step.decide(draft); }});
    if (!turn.committed.ok()) return std::nullopt;
    committed_ = turn.committing.has_value();
    return answer;
  }

  // What the worker is told, what is to be removed, and what has happened.
  std::string World() {
    std::string text;
    for (const auto& gang : core::OrdersFor(state_->view().state, "w1").gangs) {
      absl::StrAppend(&text, gang.attempt.job_id, ".", gang.attempt.attempt, " ",
                      static_cast<int>(gang.desired), " from ", gang.resume_from, "; ");
    }
    for (const auto& [path, removal] : state_->view().state.removals) {
      absl::StrAppend(&text, "remove ", path, "; ");
    }
    for (const auto& [job, notification] : state_->view().state.notifications) {
      absl::StrAppend(&text, "tell ", notification.url, " of ", job, "; ");
    }
    for (const std::string job : {"j1", "j2"}) {
      const auto events = store_->Events(job);
      const auto points = store_->Metrics(job, 0);
      if (!events.ok() || !points.ok()) return "the history cannot be read";
      for (const state::Event& event : *events) {
        absl::StrAppend(&text, job, ".", event.attempt, " ", event.kind, "; ");
      }
      for (const state::MetricPoint& point : *points) {
        absl::StrAppend(&text, job, " step ", point.step, "; ");
      }
    }
    return text;
  }

  // A new start of the coordinator, to which the worker comes back.
  void Restart(const std::vector<exchange::RankStatus>& ranks) {
    Open();
    Take(Report("back", 0, {}, ranks));
  }

  // Runs the script; the process dies at step `at`, and whoever asked asks the next one again.
  Outcome Run(const std::vector<Step>& script, size_t at, Death death, bool doubled) {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
    now_ = absl::UnixEpoch() + absl::Hours(1);
    Open();
    Outcome outcome;
    std::vector<exchange::RankStatus> ranks;
    for (size_t i = 0; i < script.size(); ++i) {
      SCOPED_TRACE(script[i].name);
      now_ += kBetweenSteps;
      if (i == at && death != Death::kNone) {
        store_->death = death;
        EXPECT_EQ(Take(script[i]), std::nullopt) << "an answer left a dead process";
        Restart(ranks);
      }
      const auto answer = Take(script[i]);
      EXPECT_TRUE(answer.has_value());
      outcome.answers.push_back(answer.value_or(""));
      outcome.committed.push_back(committed_);
      // A request whose copy comes late. A worker never repeats a registration as it was.
      if (doubled && i > 0) {
        EXPECT_EQ(Take(script[i]), answer);
      }
      if (script[i].ranks.has_value()) ranks = *script[i].ranks;
      outcome.world.push_back(World());
    }
    outcome.state = state_->view().state;
    return outcome;
  }

  // But for what only tells when something was heard of.
  static void ExpectSame(const Outcome& outcome, const Outcome& expected,
                         const std::vector<Step>& script) {
    for (size_t i = 0; i < script.size(); ++i) {
      EXPECT_EQ(outcome.answers[i], expected.answers[i]) << script[i].name;
      EXPECT_EQ(outcome.world[i], expected.world[i]) << script[i].name;
    }
    EXPECT_EQ(outcome.state, expected.state);
  }

  const std::string path_ = ::testing::TempDir() + "/commit_points_test.db";
  absl::Time now_;
  std::optional<DyingStore> store_;
  std::optional<DurableState> state_;
  bool committed_ = false;
};

TEST_F(CommitPoints, WhoAsksAgainGetsTheFirstAnswerAndItHappensOnce) {
  const std::vector<Step> script = Script();
  const Outcome undisturbed = Run(script, 0, Death::kNone, false);
  int points = 0;
  for (size_t at = 1; at < script.size(); ++at) {
    if (!undisturbed.committed[at]) continue;
    for (const Death death : {Death::kBeforeCommit, Death::kAfterCommit}) {
      SCOPED_TRACE(absl::StrCat("the coordinator dies ",
                                death == Death::kBeforeCommit ? "before" : "after",
                                " the commit of: ", script[at].name));
      for (const bool doubled : {false, true}) {
        ExpectSame(Run(script, at, death, doubled), undisturbed, script);
      }
      ++points;
    }
  }
  std::cout << "commit points: " << points << "\n";
  EXPECT_EQ(points, 30);  // before and after 15 commits
}

TEST_F(CommitPoints, ADoubledRequestChangesNothing) {
  const std::vector<Step> script = Script();
  const Outcome undisturbed = Run(script, 0, Death::kNone, false);
  ExpectSame(Run(script, 0, Death::kNone, true), undisturbed, script);
}

}  // namespace
}  // namespace nepa::coordinator
