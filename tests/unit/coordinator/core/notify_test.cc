#include "coordinator/core/notify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/core/core_cluster.h"

namespace nepa::core {
namespace {

using frames::ExitKind;
using nepa::testing::CoreCluster;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kUrl[] = "https://hooks.example.com/secret";

class NotifyTest : public ::testing::Test {
 protected:
  NotifyTest() { cluster_.settings.notify_url = kUrl; }
  // A job with a receiver that was cancelled before it started.
  std::string Ended() {
    const std::string id = cluster_.Submit("pre");
    EXPECT_TRUE(cluster_.Cancel(id).status.ok());
    return id;
  }
  void Tried(const std::string& job, const absl::Status& result) {
    cluster_.Do([&](Draft& draft) { NotificationTried(draft, job, result); });
  }
  void NextTurn() {
    cluster_.Do([](Draft&) {});
  }
  // What the last Do asked the shell to send.
  std::vector<std::string> Sent() {
    std::vector<std::string> sent;
    for (const Effect& effect : cluster_.effects()) {
      if (const auto* notify = std::get_if<Notify>(&effect)) {
        sent.push_back(absl::StrCat(notify->job, " ", notify->url));
      }
    }
    return sent;
  }
  absl::Time Next() {
    return NextNotification(cluster_.state, cluster_.live, cluster_.settings, cluster_.now);
  }

  CoreCluster cluster_;
};

TEST_F(NotifyTest, EachEndIsToldAtOnceAndOnce) {
  const std::string worker = cluster_.AddWorker("a", 1);
  const auto end_with = [&](ExitKind kind) {
    const std::string id = cluster_.Submit("pre");
    EXPECT_TRUE(cluster_.Tell(worker, {cluster_.Started(id)}).ok());
    EXPECT_THAT(Sent(), IsEmpty());
    EXPECT_TRUE(cluster_.Tell(worker, {cluster_.Exited(id, kind)}).ok());
    EXPECT_THAT(Sent(), ElementsAre(id + " " + kUrl));
    return id;
  };
  const std::string succeeded = end_with(ExitKind::kSucceeded);
  const std::string failed = end_with(ExitKind::kNotFinite);
  EXPECT_EQ(cluster_.job(succeeded).phase, state::Phase::kSucceeded);
  EXPECT_EQ(cluster_.job(failed).phase, state::Phase::kFailed);
  cluster_.Submit("busy");  // has the only slot
  const std::string cancelled = Ended();
  EXPECT_THAT(Sent(), ElementsAre(cancelled + " " + kUrl));
  NextTurn();
  EXPECT_THAT(Sent(), IsEmpty()) << "it is under way";
}

TEST_F(NotifyTest, OnlyAnEndIsTold) {
  const std::string id = cluster_.Submit("pre");
  EXPECT_TRUE(cluster_.Pause(id).status.ok());
  EXPECT_TRUE(cluster_.Resume(id).status.ok());
  EXPECT_THAT(cluster_.state.notifications, IsEmpty());
}

TEST_F(NotifyTest, ReceivedIsAnEventAndTheEndOfIt) {
  const std::string id = Ended();
  Tried(id, absl::OkStatus());
  EXPECT_THAT(cluster_.state.notifications, IsEmpty());
  EXPECT_THAT(cluster_.live.notifying, IsEmpty());
  cluster_.Advance(absl::Hours(1));
  cluster_.Tick();
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(NotifyTest, TheEventSaysWhomWithoutTheSecretOfTheAddress) {
  const std::string id = Ended();
  Tried(id, absl::OkStatus());
  EXPECT_THAT(cluster_.story(), Contains("! notified j1: https://hooks.example.com was told"));
  for (const std::string& line : cluster_.story()) EXPECT_THAT(line, Not(HasSubstr("secret")));
}

TEST_F(NotifyTest, AReceiverThatIsAwayIsTriedAgainAfterGrowingPausesAndGivenUp) {
  const std::string id = Ended();
  const absl::Time ended = cluster_.now;
  std::vector<absl::Duration> tries = {absl::ZeroDuration()};
  for (;;) {
    Tried(id, absl::UnavailableError("connection refused"));
    if (cluster_.state.notifications.empty()) break;
    EXPECT_THAT(cluster_.story(), Contains(HasSubstr("connection refused; again in")));
    EXPECT_GT(Next(), cluster_.now);
    cluster_.now = Next();
    NextTurn();
    ASSERT_THAT(Sent(), ElementsAre(id + " " + kUrl));
    tries.push_back(cluster_.now - ended);
  }
  EXPECT_THAT(tries, ElementsAre(absl::ZeroDuration(), absl::Seconds(1), absl::Seconds(5),
                                 absl::Seconds(21), absl::Seconds(85), absl::Seconds(341)));
  EXPECT_THAT(cluster_.story(),
              Contains("! notify_given_up j1: https://hooks.example.com could not be told (try 6 "
                       "of at most 6): connection refused; given up"));
  EXPECT_EQ(Next(), absl::InfiniteFuture());
}

TEST_F(NotifyTest, PatienceEndsItBeforeTheTriesDo) {
  cluster_.settings.notify_patience = absl::Seconds(2);
  const std::string id = Ended();
  Tried(id, absl::UnavailableError("away"));
  EXPECT_EQ(cluster_.state.notifications.size(), 1u);
  cluster_.now = Next();
  NextTurn();
  Tried(id, absl::UnavailableError("away"));
  EXPECT_THAT(cluster_.state.notifications, IsEmpty());
}

TEST_F(NotifyTest, ANewCoordinatorTriesAtOnceWhatWasUnderWay) {
  const std::string id = Ended();
  cluster_.live = state::Live();  // lost with the process
  cluster_.Advance(absl::Hours(24));
  EXPECT_EQ(Next(), cluster_.now);
  NextTurn();
  EXPECT_THAT(Sent(), ElementsAre(id + " " + kUrl));
  Tried(id, absl::UnavailableError("away"));
  EXPECT_THAT(cluster_.state.notifications, IsEmpty()) << "a day is more than enough patience";
}

TEST_F(NotifyTest, AClockThatWasSetBackHoldsNothingUp) {
  const std::string id = Ended();
  Tried(id, absl::UnavailableError("away"));
  cluster_.now -= absl::Hours(1);
  EXPECT_EQ(Next(), cluster_.now);
  NextTurn();
  EXPECT_THAT(Sent(), ElementsAre(id + " " + kUrl));
}

TEST_F(NotifyTest, WithoutAReceiverNothingIsPromised) {
  cluster_.settings.notify_url = "";
  Ended();
  EXPECT_THAT(Sent(), IsEmpty());
  EXPECT_THAT(cluster_.state.notifications, IsEmpty());
}

TEST_F(NotifyTest, AJobsOwnReceiverIsToldInPlaceOfTheOthers) {
  const auto ended_with = [&](const std::string& url) {
    const std::string id =
        cluster_.Submit("pre", [&](config::JobSpec& spec) { spec.notify.url = url; });
    EXPECT_TRUE(cluster_.Cancel(id).status.ok());
    return id;
  };
  const std::string own = ended_with("http://mine.example.com/x");
  EXPECT_THAT(Sent(), ElementsAre(own + " http://mine.example.com/x"));
  const std::string others = ended_with("");
  EXPECT_THAT(Sent(), ElementsAre(others + " " + kUrl));
  cluster_.settings.notify_url = "";
  const std::string alone = ended_with("http://mine.example.com/x");
  EXPECT_THAT(Sent(), ElementsAre(alone + " http://mine.example.com/x"));
}

TEST_F(NotifyTest, AJobMayNameOnlyHostsThatAreAllowed) {
  cluster_.settings.notify_hosts = {"a.example.com", "b.example.com"};
  const auto try_with = [&](const std::string& url) {
    return cluster_.TrySubmit("pre", [&](config::JobSpec& spec) { spec.notify.url = url; });
  };
  EXPECT_TRUE(try_with("https://B.example.com:8443/x?secret").status.ok());
  for (const char* url : {"https://c.example.com/secret", "https://a.example.com.evil.org/secret",
                          "https://evil.org/a.example.com?secret"}) {
    const Reply reply = try_with(url);
    ASSERT_EQ(reply.faults.size(), 1u) << url;
    EXPECT_EQ(reply.faults[0].field, "notify.url");
    EXPECT_THAT(reply.faults[0].message,
                AllOf(HasSubstr("a.example.com, b.example.com, and not on "),
                      HasSubstr("--allow-notify"), Not(HasSubstr("secret"))));
  }
  cluster_.settings.notify_hosts->clear();
  EXPECT_THAT(try_with("https://a.example.com").faults[0].message, HasSubstr("on no host"));
  EXPECT_EQ(cluster_.state.jobs.size(), 1u);
}

TEST_F(NotifyTest, WhoIsNoLongerAllowedIsNotTold) {
  const std::string id = cluster_.Submit(
      "pre", [](config::JobSpec& spec) { spec.notify.url = "https://a.example.com/secret"; });
  cluster_.settings.notify_hosts.emplace();  // of the coordinator that was started since
  EXPECT_TRUE(cluster_.Cancel(id).status.ok());
  EXPECT_THAT(Sent(), IsEmpty());
  EXPECT_THAT(cluster_.story(), Contains(AllOf(HasSubstr("! notify_given_up j1: "
                                                         "https://a.example.com was not told: "),
                                               Not(HasSubstr("secret")))));
}

TEST_F(NotifyTest, SoManyAtOnceAndTheNextWhenOneIsDone) {
  cluster_.settings.max_notifying = 2;
  const std::string first = Ended(), second = Ended(), third = Ended();
  EXPECT_THAT(Sent(), IsEmpty());
  EXPECT_EQ(Next(), absl::InfiniteFuture()) << "an answer will wake the loop";
  Tried(first, absl::OkStatus());
  EXPECT_EQ(Next(), cluster_.now);
  NextTurn();
  EXPECT_THAT(Sent(), ElementsAre(third + " " + kUrl));
}

TEST_F(NotifyTest, WithTheJobItsNotificationIsDeleted) {
  const std::string id = Ended();
  EXPECT_TRUE(cluster_.Delete(id).status.ok());
  EXPECT_THAT(cluster_.state.notifications, IsEmpty());
  Tried(id, absl::UnavailableError("late"));
  EXPECT_THAT(cluster_.state.notifications, IsEmpty());
  EXPECT_THAT(cluster_.live.notifying, IsEmpty());
}

TEST_F(NotifyTest, WhatCouldNotBeStoredIsNotForgottenAndNotSentTwice) {
  const std::string id = cluster_.Submit("pre");
  {
    Draft draft(cluster_.state, cluster_.live, cluster_.settings, cluster_.now);
    Cancel(draft, {"c1", id});
    SendNotifications(draft);
    EXPECT_EQ(cluster_.live.notifying.size(), 1u);
    draft.RollBack();
  }
  EXPECT_THAT(cluster_.live.notifying, IsEmpty()) << "nothing was sent";
  cluster_.Cancel(id);
  EXPECT_THAT(Sent(), ElementsAre(id + " " + kUrl));
  // It was told, and that cannot be stored: it stays noted, and is not told again.
  for (int turn = 0; turn < 3; ++turn) {
    Draft draft(cluster_.state, cluster_.live, cluster_.settings, cluster_.now);
    NotificationTried(draft, id, absl::OkStatus());
    SettleNotifications(draft);
    EXPECT_THAT(cluster_.state.notifications, IsEmpty());
    draft.RollBack();
    SendNotifications(draft);
    EXPECT_THAT(draft.effects(), IsEmpty());
  }
  NextTurn();
  EXPECT_THAT(cluster_.state.notifications, IsEmpty());
}

}  // namespace
}  // namespace nepa::core
