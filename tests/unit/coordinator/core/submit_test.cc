#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/core/core_cluster.h"

namespace nepa::core {
namespace {

using nepa::testing::CoreCluster;
using state::Phase;
using ::testing::Contains;
using ::testing::IsEmpty;

TEST(Submit, QueuesTheJobAndTellsItsStory) {
  CoreCluster cluster;
  const std::string id = cluster.Submit("pre");
  EXPECT_EQ(cluster.job(id).phase, Phase::kQueued);
  EXPECT_EQ(cluster.live.waits.at(id), "no worker is ready");
  EXPECT_THAT(cluster.story(), Contains("! submitted j1: submitted by ann"));
}

TEST(Submit, ARepeatedRequestIdGetsTheFirstAnswerAndChangesNothing) {
  CoreCluster cluster;
  SubmitCommand command;
  command.request_id = "same";
  command.source.file.spec.name = "pre";
  Reply first, second;
  cluster.Do([&](Draft& draft) { first = Submit(draft, command); });
  cluster.Do([&](Draft& draft) { second = Submit(draft, command); });
  EXPECT_EQ(first.subject, "j1");
  EXPECT_EQ(second.subject, "j1");
  EXPECT_THAT(cluster.changes(), IsEmpty());
  EXPECT_EQ(cluster.state.jobs.size(), 1u);
}

TEST(Submit, ARequestIdOfAnotherMethodIsRefused) {
  CoreCluster cluster;
  const std::string id = cluster.Submit("pre");
  const std::string used = cluster.state.requests.begin()->first;
  Reply reply;
  cluster.Do([&](Draft& draft) { reply = Cancel(draft, {used, id}); });
  EXPECT_TRUE(absl::IsInvalidArgument(reply.status));
  EXPECT_EQ(cluster.job(id).phase, Phase::kQueued);
}

TEST(Submit, WithoutARequestIdIsRefused) {
  CoreCluster cluster;
  Reply reply;
  cluster.Do([&](Draft& draft) { reply = Submit(draft, {}); });
  EXPECT_TRUE(absl::IsInvalidArgument(reply.status));
}

TEST(Submit, TellsHowTheJobGotHere) {
  CoreCluster cluster;
  SubmitCommand command;
  command.request_id = "r1";
  command.source.file.spec.name = "pre";
  command.client_began_at = cluster.now - absl::Milliseconds(90);
  command.sent_at = cluster.now - absl::Milliseconds(40);
  command.received_at = cluster.now - absl::Milliseconds(30);
  command.checked_at = cluster.now - absl::Milliseconds(10);
  cluster.Do([&](Draft& draft) { Submit(draft, command); });
  EXPECT_THAT(cluster.story(),
              Contains("+ spans j1: nepactl submit, coordinator check job file, coordinator wait "
                       "for the loop"));
  for (const state::Change& change : cluster.changes()) {
    const auto* add = std::get_if<state::AddSpans>(&change);
    if (add == nullptr) continue;
    EXPECT_EQ(add->spans[0].span.begin, cluster.now - absl::Milliseconds(90));
    EXPECT_EQ(add->spans[0].span.duration, absl::Milliseconds(50));
    EXPECT_EQ(add->spans[1].span.duration, absl::Milliseconds(20));
    EXPECT_EQ(add->spans[2].span.duration, absl::Milliseconds(10));
  }
}

TEST(Submit, WhatAClientCannotHaveMeasuredIsLeftOut) {
  CoreCluster cluster;
  SubmitCommand command;
  command.request_id = "r1";
  command.source.file.spec.name = "pre";
  command.client_began_at = absl::FromUnixSeconds(-5);
  command.sent_at = cluster.now;
  cluster.Do([&](Draft& draft) { EXPECT_TRUE(Submit(draft, command).status.ok()); });
  for (const state::Change& change : cluster.changes()) {
    EXPECT_FALSE(std::holds_alternative<state::AddSpans>(change));
  }
}

TEST(Submit, ADryRunStoresNothingAndShowsTheJob) {
  CoreCluster cluster;
  SubmitCommand command;
  command.dry_run = true;
  command.source.file.spec.name = "pre";
  Reply reply;
  cluster.Do([&](Draft& draft) { reply = Submit(draft, command); });
  EXPECT_TRUE(reply.status.ok());
  ASSERT_TRUE(reply.preview.has_value());
  EXPECT_EQ(reply.preview->name, "pre");
  EXPECT_EQ(reply.preview->id, "");
  EXPECT_THAT(cluster.changes(), IsEmpty());
}

TEST(Submit, ANameThatLooksLikeAnIdIsAFaultOfTheFile) {
  CoreCluster cluster;
  const Reply reply = cluster.TrySubmit("j17");
  EXPECT_TRUE(absl::IsInvalidArgument(reply.status));
  ASSERT_EQ(reply.faults.size(), 1u);
  EXPECT_EQ(reply.faults[0].field, "name");
  EXPECT_THAT(cluster.changes(), IsEmpty());
}

TEST(Submit, IsRefusedWhenTooManyJobsHaveNotEnded) {
  CoreCluster cluster;
  cluster.settings.max_unfinished_jobs = 1;
  cluster.Submit("a");
  EXPECT_TRUE(absl::IsResourceExhausted(cluster.TrySubmit("b").status));
  EXPECT_TRUE(cluster.Cancel("a").status.ok());
  EXPECT_TRUE(cluster.TrySubmit("b").status.ok());
}

TEST(Submit, FoldersOfAnEarlierDatabaseAreNotUsedAgain) {
  CoreCluster cluster;
  cluster.Do([](Draft& draft) { ReserveJobIds(draft, 7); });
  EXPECT_EQ(cluster.Submit("pre"), "j8");
  cluster.Do([](Draft& draft) { ReserveJobIds(draft, 3); });
  EXPECT_EQ(cluster.Submit("pre"), "j9");
}

TEST(Submit, OfSeveralJobsOfOneNameTheLatestIsMeant) {
  CoreCluster cluster;
  cluster.Submit("pre");
  const std::string second = cluster.Submit("pre");
  EXPECT_EQ(cluster.Cancel("pre").subject, second);
}

TEST(SubmitRequests, AreRememberedUpToABoundTheOldestForgottenFirst) {
  CoreCluster cluster;
  cluster.settings.max_requests = 20;
  std::vector<std::string> ids;
  for (int i = 0; i < 50; ++i) {
    cluster.Advance(absl::Milliseconds(1));
    cluster.Submit("pre");
    ids.push_back(cluster.state.jobs.rbegin()->first);
    ASSERT_LE(cluster.state.requests.size(), 20u);
  }
  std::set<std::string> remembered;
  for (const auto& [id, request] : cluster.state.requests) remembered.insert(request.subject);
  EXPECT_TRUE(remembered.contains(ids.back()));
  EXPECT_TRUE(remembered.contains(ids[ids.size() - 18]));
  EXPECT_FALSE(remembered.contains(ids.front()));
}

}  // namespace
}  // namespace nepa::core
