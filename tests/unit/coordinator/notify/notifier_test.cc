// Against real receivers on loopback.
#include "coordinator/notify/notifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/mutex.h"
#include "tests/support/receiver.h"

namespace nepa::coordinator {
namespace {

using nepa::testing::Receiver;
using nepa::testing::SilentPort;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class NotifierTest : public ::testing::Test {
 protected:
  void SetUp() override { ::setenv("no_proxy", "*", 1); }

  void Start(Notifier::Options options = {}) {
    notifier_ = Notifier::Make(std::move(options)).value();
    notifier_->Start([this](const std::string& job, const absl::Status& result) {
      const MutexLock lock(mutex_);
      if (refusals_-- > 0) return false;
      results_[job].push_back(result);
      told_.NotifyAll();
      return true;
    });
  }
  // What came of it.
  absl::Status Tell(const std::string& url, const std::string& job = "j1") {
    notifier_->Send({job, url, "key-" + job, "{\"id\": \"j1\"}\n"});
    return ResultOf(job);
  }
  absl::Status ResultOf(const std::string& job) {
    const absl::Time deadline = absl::Now() + absl::Seconds(60);
    MutexLock lock(mutex_);
    while (results_[job].empty()) {
      const absl::Duration left = deadline - absl::Now();
      if (left <= absl::ZeroDuration()) return absl::DeadlineExceededError("no result");
      told_.WaitFor(lock, left);
    }
    EXPECT_THAT(results_[job], SizeIs(1)) << "one result a message";
    const absl::Status result = results_[job].front();
    results_.erase(job);
    return result;
  }

  void RefuseResults(int count) {
    const MutexLock lock(mutex_);
    refusals_ = count;
  }
  size_t result_count() {
    const MutexLock lock(mutex_);
    return results_.size();
  }

  Mutex mutex_;
  Condition told_;
  std::map<std::string, std::vector<absl::Status>> results_ ABSL_GUARDED_BY(mutex_);
  int refusals_ ABSL_GUARDED_BY(mutex_) = 0;
  Receiver receiver_;
  std::unique_ptr<Notifier> notifier_;
};

TEST_F(NotifierTest, AMessageIsOnePostOfJsonWithItsKey) {
  Start();
  EXPECT_TRUE(Tell(receiver_.url("/hook?x=1")).ok());
  const std::vector<Receiver::Request> requests = receiver_.requests();
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0].target, "/hook?x=1");
  EXPECT_EQ(requests[0].body, "{\"id\": \"j1\"}\n");
  EXPECT_EQ(requests[0].headers.at("Content-Type"), "application/json");
  EXPECT_EQ(requests[0].headers.at("Idempotency-Key"), "key-j1");
  EXPECT_THAT(requests[0].headers.at("User-Agent"), HasSubstr("nepa-coordinator/"));
}

TEST_F(NotifierTest, AnyAnswerButA2xxIsAFailedTry) {
  Start();
  receiver_.AnswerWith({201, 500, 404});
  EXPECT_TRUE(Tell(receiver_.url("/")).ok());
  EXPECT_EQ(Tell(receiver_.url("/")).message(), "it answered 500");
  EXPECT_EQ(Tell(receiver_.url("/")).message(), "it answered 404");
}

TEST_F(NotifierTest, ARedirectIsNotFollowed) {
  Start();
  Receiver other;
  receiver_.RedirectTo(other.url("/"));
  EXPECT_THAT(std::string(Tell(receiver_.url("/")).message()), HasSubstr("not followed"));
  EXPECT_THAT(other.requests(), IsEmpty());
}

TEST_F(NotifierTest, ALongAnswerIsCutOffAndCounts) {
  Start();
  receiver_.AnswerWithBody(std::string(8 << 20, 'x'));
  EXPECT_TRUE(Tell(receiver_.url("/")).ok());
}

TEST_F(NotifierTest, OnlyHttpIsSpoken) {
  Start();
  EXPECT_THAT(std::string(Tell("file:///etc/passwd").message()), HasSubstr("file"));
  EXPECT_FALSE(Tell("gopher://127.0.0.1:1/").ok());
}

TEST_F(NotifierTest, WhereNobodyListensTheReasonIsTold) {
  Start();
  int port = 0;
  {
    const Receiver gone;
    port = gone.port();
  }
  const absl::Status result = Tell(absl::StrCat("http://127.0.0.1:", port, "/secret"));
  EXPECT_TRUE(absl::IsUnavailable(result));
  EXPECT_THAT(std::string(result.message()), HasSubstr("connect"));
  EXPECT_THAT(std::string(result.message()), ::testing::Not(HasSubstr("secret")));
}

TEST_F(NotifierTest, AReceiverThatSaysNothingHoldsUpNobodyElse) {
  const SilentPort silent;
  Start({.try_limit = absl::Hours(1)});
  notifier_->Send({"slow", silent.url("/"), "k", "{}"});
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Tell(receiver_.url("/"), absl::StrCat("j", i)).ok());
  notifier_->Stop(absl::ZeroDuration());
  const MutexLock lock(mutex_);
  EXPECT_THAT(results_["slow"], IsEmpty()) << "let go of, not waited for";
}

TEST_F(NotifierTest, ATryHasALimit) {
  const SilentPort silent;
  Start({.try_limit = absl::Milliseconds(200)});
  EXPECT_THAT(std::string(Tell(silent.url("/")).message()), HasSubstr("timed out"));
}

TEST_F(NotifierTest, StoppingWaitsForWhatWasSentBeforeAndNotForWhatComesLater) {
  Start();
  for (int i = 0; i < 5; ++i) {
    notifier_->Send({absl::StrCat("j", i), receiver_.url("/"), "k", "{}"});
  }
  notifier_->Stop(absl::Seconds(60));
  EXPECT_EQ(result_count(), 5u);
  notifier_->Send({"late", receiver_.url("/"), "k", "{}"});
  notifier_.reset();
  EXPECT_THAT(receiver_.requests(), SizeIs(5));
}

TEST_F(NotifierTest, AResultThatNobodyTookInIsToldAgain) {
  RefuseResults(3);
  Start();
  EXPECT_TRUE(Tell(receiver_.url("/")).ok());
  EXPECT_THAT(receiver_.requests(), SizeIs(1));
}

}  // namespace
}  // namespace nepa::coordinator
