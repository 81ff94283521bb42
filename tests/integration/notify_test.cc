// Who is told that a job has ended: the real coordinator, and real receivers in this process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/local_cluster.h"
#include "tests/support/receiver.h"
#include "tests/support/scripted_trainer.h"
#include "tests/support/small_jobs.h"

namespace nepa::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr absl::Duration kPatience = absl::Seconds(60);

class NotifyTest : public ::testing::Test {
 protected:
  // Receivers are on this machine, whatever proxy stands before the others.
  void SetUp() override { ::setenv("no_proxy", "*", 1); }

  void Start(const std::string& url, std::vector<std::string> flags = {}) {
    flags.insert(flags.end(), {"--notify", url});
    cluster_.StartCoordinator(flags);
  }
  std::string JobFile(const std::string& more = "") {
    return cluster_.WriteFile("job.yaml", SmallPretrainJob("told", 1000, 1000, more));
  }
  std::string Submit() { return cluster_.Submit(JobFile()); }
  // One that was cancelled before any worker was there.
  std::string SubmitAndCancel() {
    const std::string job = Submit();
    EXPECT_EQ(cluster_.Nepactl({"cancel", job}).code, 0);
    return job;
  }
  std::vector<std::string> Events(const std::string& job, const std::string& kind) {
    std::vector<std::string> messages;
    for (const nlohmann::json& event : cluster_.NepactlJson({"events", job})) {
      if (event["kind"] == kind) messages.push_back(event["message"]);
    }
    return messages;
  }
  bool WaitForEvent(const std::string& job, const std::string& kind) {
    return WaitUntil([&] { return !Events(job, kind).empty(); }, kPatience);
  }
  // The job as `nepactl -o json` prints it.
  nlohmann::json AsPrinted(const std::string& job) {
    for (const nlohmann::json& each : cluster_.NepactlJson({"list"})) {
      if (each["id"] == job) return each;
    }
    return nullptr;
  }

  LocalCluster cluster_;
  Receiver receiver_;
};

TEST_F(NotifyTest, EachEndIsToldOnceWithTheJobAsNepactlPrintsIt) {
  Start(receiver_.url("/hook"));
  const std::string trainer = cluster_.folder() + "/trainer";
  const auto run = [&](const std::vector<std::string>& steps, const std::string& phase) {
    WriteTrainerScript(trainer, steps);
    const std::string job = Submit();
    EXPECT_TRUE(cluster_.WaitForPhase(job, phase, kPatience));
    return job;
  };
  const std::string cancelled = SubmitAndCancel();
  WriteTrainerScript(trainer, {"started"});  // the worker looks whether it is there
  cluster_.StartWorker({"--trainer", trainer});
  const std::string succeeded =
      run({"started", "train:3", "checkpoint", "exit:succeeded:done"}, "SUCCEEDED");
  const std::string failed = run({"started", "train:3", "exit:not_finite:the loss"}, "FAILED");
  for (const std::string& job : {cancelled, succeeded, failed}) {
    EXPECT_TRUE(WaitForEvent(job, "notified")) << job;
  }
  std::map<std::string, nlohmann::json> told;
  for (const Receiver::Request& request : receiver_.requests()) {
    const nlohmann::json body = nlohmann::json::parse(request.body, nullptr, false);
    ASSERT_TRUE(body.is_object()) << request.body;
    EXPECT_EQ(request.target, "/hook");
    EXPECT_EQ(request.headers.at("Content-Type"), "application/json");
    EXPECT_TRUE(told.emplace(body["id"], body).second) << "told twice: " << body["id"];
  }
  ASSERT_THAT(told, SizeIs(3));
  for (const auto& [job, body] : told) EXPECT_EQ(body, AsPrinted(job));
}

TEST_F(NotifyTest, AJobFileNamesItsOwn) {
  const Receiver of_the_job;
  Start(receiver_.url("/all"));
  const std::string job = cluster_.Submit(
      JobFile(absl::StrCat("notify: {url: '", of_the_job.url("/mine?key=7"), "'}")));
  EXPECT_EQ(cluster_.Nepactl({"cancel", job}).code, 0);
  ASSERT_TRUE(WaitForEvent(job, "notified"));
  ASSERT_THAT(of_the_job.requests(), SizeIs(1));
  EXPECT_EQ(of_the_job.requests()[0].target, "/mine?key=7");
  EXPECT_EQ(nlohmann::json::parse(of_the_job.requests()[0].body), AsPrinted(job));
  EXPECT_THAT(receiver_.requests(), IsEmpty());
}

TEST_F(NotifyTest, WhereOthersReachTheCoordinatorTheyNameOnlyAllowedHosts) {
  cluster_.StartCoordinator({"--listen", "0.0.0.0:0", "--insecure"});
  const std::string file = JobFile("notify: {url: 'http://127.0.0.1:1/secret'}");
  const Output refused = cluster_.Nepactl({"submit", file});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.error, AllOf(HasSubstr("job.yaml:23:15: notify.url: "),
                                   HasSubstr("on no host, and not on 127.0.0.1; start "
                                             "nepa-coordinator with --allow-notify 127.0.0.1"),
                                   Not(HasSubstr("secret"))));
  cluster_.coordinator().KillNow();
  cluster_.StartCoordinator({"--listen", "0.0.0.0:0", "--insecure", "--allow-notify", "127.0.0.1",
                             "--allow-notify", "b"});
  EXPECT_EQ(cluster_.Nepactl({"submit", file}).code, 0);
}

TEST_F(NotifyTest, AReceiverThatComesUpLaterIsToldThen) {
  int port = 0;
  {
    const Receiver away;
    port = away.port();
  }
  Start(absl::StrCat("http://127.0.0.1:", port, "/secret"));
  const std::string job = SubmitAndCancel();
  ASSERT_TRUE(WaitForEvent(job, "notify_failed"));
  EXPECT_THAT(
      Events(job, "notify_failed").front(),
      AllOf(HasSubstr(absl::StrCat("http://127.0.0.1:", port, " could not be told (try 1 ")),
            HasSubstr("again in 1s"), Not(HasSubstr("secret"))));
  const Receiver back(port);
  EXPECT_TRUE(WaitForEvent(job, "notified"));
  EXPECT_THAT(back.requests(), SizeIs(1));
}

TEST_F(NotifyTest, AReceiverThatFailsIsToldAgainUnderTheSameKey) {
  Start(receiver_.url("/"));
  receiver_.AnswerWith({500});
  const std::string job = SubmitAndCancel();
  ASSERT_TRUE(WaitForEvent(job, "notified"));
  EXPECT_THAT(Events(job, "notify_failed"), ElementsAre(HasSubstr("it answered 500; again")));
  const std::vector<Receiver::Request> requests = receiver_.requests();
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_EQ(requests[0].body, requests[1].body);
  EXPECT_EQ(requests[0].headers.at("Idempotency-Key"), requests[1].headers.at("Idempotency-Key"));
  const std::string other = SubmitAndCancel();
  ASSERT_TRUE(WaitForEvent(other, "notified"));
  EXPECT_NE(receiver_.requests()[2].headers.at("Idempotency-Key"),
            requests[0].headers.at("Idempotency-Key"));
}

TEST_F(NotifyTest, ItIsGivenUpWithTheReasonAndTheJobIsAsItWas) {
  Start(receiver_.url("/"), {"--notify-patience", "2s"});
  receiver_.AnswerWith(std::deque<int>(100, 503));
  const std::string job = SubmitAndCancel();
  const nlohmann::json before = AsPrinted(job);
  ASSERT_TRUE(WaitForEvent(job, "notify_given_up"));
  EXPECT_THAT(Events(job, "notify_given_up"), ElementsAre(HasSubstr("it answered 503; given up")));
  EXPECT_THAT(receiver_.requests(), SizeIs(2));
  EXPECT_EQ(AsPrinted(job), before);
}

// Killed, or ended in order, while the receiver has the request and says nothing.
class Interrupted : public NotifyTest, public ::testing::WithParamInterface<int> {};

TEST_P(Interrupted, WhatWasNotAnsweredIsToldByTheNextCoordinator) {
  std::string job;
  int port = 0;
  {
    SilentPort silent;
    port = silent.port();
    Start(silent.url("/"));
    job = SubmitAndCancel();
    ASSERT_TRUE(silent.WaitForRequest());
    EXPECT_EQ(AsPrinted(job)["phase"], "CANCELLED") << "the loop goes on meanwhile";
    cluster_.coordinator().Signal(GetParam());
    const std::optional<int> code = cluster_.coordinator().Wait(kPatience);
    EXPECT_EQ(code, GetParam() == SIGKILL ? 128 + SIGKILL : 0);
  }
  const Receiver back(port);
  Start(back.url("/"));
  EXPECT_TRUE(WaitForEvent(job, "notified"));
  EXPECT_THAT(back.requests(), SizeIs(1));
  // And that is the end of it, for the coordinator after that too.
  cluster_.coordinator().KillNow();
  Start(back.url("/"));
  const std::string other = SubmitAndCancel();
  EXPECT_TRUE(WaitForEvent(other, "notified"));
  EXPECT_THAT(back.requests(), SizeIs(2));
}

INSTANTIATE_TEST_SUITE_P(By, Interrupted, ::testing::Values(SIGKILL, SIGTERM),
                         [](const auto& signal) {
                           return signal.param == SIGKILL ? "SIGKILL" : "SIGTERM";
                         });

TEST_F(NotifyTest, WhatTheCoordinatorIsToldWrongIsWrongUsage) {
  for (const std::vector<std::string>& flags :
       std::vector<std::vector<std::string>>{{"--notify", "hooks.example.com"},
                                             {"--notify", "https://ann:secret@hooks.example.com"},
                                             {"--allow-notify", "hooks.example.com/nepa"},
                                             {"--notify-patience", "soon"}}) {
    std::vector<std::string> all = {"--state", cluster_.folder() + "/wrong"};
    all.insert(all.end(), flags.begin(), flags.end());
    const Output output = RunProgram(BinaryPath("nepa-coordinator"), all);
    EXPECT_EQ(output.code, 2) << flags[1];
    EXPECT_THAT(output.error, AllOf(HasSubstr(flags[0]), Not(HasSubstr("secret"))));
  }
}

TEST_F(NotifyTest, OverHttpsTheReceiversCertificateIsVerified) {
  const std::string key = cluster_.folder() + "/key.pem", pem = cluster_.folder() + "/cert.pem";
  const Output made = RunProgram(
      "/usr/bin/openssl", {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                           "-nodes", "-days", "2", "-subj", "/CN=hook", "-addext",
                           "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", pem});
  ASSERT_EQ(made.code, 0) << made.error;
  const Receiver receiver(0, {pem, key});
  Start(receiver.url("/"), {"--notify-patience", "1ms"});
  const std::string unknown = SubmitAndCancel();
  ASSERT_TRUE(WaitForEvent(unknown, "notify_given_up"));
  EXPECT_THAT(Events(unknown, "notify_given_up").front(), HasSubstr("certificate"));
  EXPECT_THAT(receiver.requests(), IsEmpty());

  cluster_.coordinator().KillNow();
  Start(receiver.url("/"), {"--notify-ca", pem});
  EXPECT_TRUE(WaitForEvent(SubmitAndCancel(), "notified"));
  EXPECT_THAT(receiver.requests(), SizeIs(1));
}

}  // namespace
}  // namespace nepa::testing
