#include "coordinator/notify/notifier.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/base/version.h"

namespace nepa::coordinator {
namespace {

constexpr size_t kMostAnswerBytes = 64 * 1024;
constexpr absl::Duration kTellAgain = absl::Milliseconds(100);
constexpr absl::Duration kLongestWait = absl::Hours(1);

using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;
using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

Headers MakeHeaders(const std::string& key) {
  curl_slist* list = nullptr;
  for (const std::string& line : {std::string("Content-Type: application/json"),
                                  absl::StrCat("Idempotency-Key: ", key), std::string("Expect:")}) {
    curl_slist* longer = curl_slist_append(list, line.c_str());
    if (longer == nullptr) break;  // out of memory: sent without
    list = longer;
  }
  return {list, curl_slist_free_all};
}

// One POST under way. libcurl keeps pointers into it.
struct Transfer {
  Message message;
  Headers headers{nullptr, curl_slist_free_all};
  Easy easy{nullptr, curl_easy_cleanup};
  std::array<char, CURL_ERROR_SIZE> why = {};
  size_t answer_bytes = 0;

  // The answer's body is of no use; a long one is cut off.
  static size_t TakeAnswer(char*, size_t, size_t bytes, void* self) {
    auto* transfer = static_cast<Transfer*>(self);
    transfer->answer_bytes += bytes;
    return transfer->answer_bytes > kMostAnswerBytes ? 0 : bytes;
  }
};

std::unique_ptr<Transfer> MakeTransfer(Message message, const Notifier::Options& options) {
  auto transfer = std::make_unique<Transfer>();
  transfer->message = std::move(message);
  transfer->headers = MakeHeaders(transfer->message.key);
  transfer->easy.reset(curl_easy_init());
  CURL* const easy = transfer->easy.get();
  if (easy == nullptr) return nullptr;
  const auto milliseconds = [](absl::Duration d) {
    return static_cast<long>(d / absl::Milliseconds(1));
  };
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer.get());
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->why.data());
  curl_easy_setopt(easy, CURLOPT_URL, transfer->message.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->message.body.c_str());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(transfer->message.body.size()));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers.get());
  curl_easy_setopt(easy, CURLOPT_USERAGENT, absl::StrCat("nepa-coordinator/", kVersion).c_str());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::TakeAnswer);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer.get());
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(options.try_limit));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options.connect_limit));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // On a connection that was kept open, libcurl might send the same twice.
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  // A name server that does not answer holds up nobody's end.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  if (!options.ca.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca.c_str());
  return transfer;
}

absl::Status ResultOf(const Transfer& transfer, CURLcode code) {
  long status = 0;
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  // An answer that was cut off is an answer.
  const bool answered =
      code == CURLE_OK || (code == CURLE_WRITE_ERROR && transfer.answer_bytes > kMostAnswerBytes);
  if (!answered) {
    return absl::UnavailableError(transfer.why[0] == '\0' ? curl_easy_strerror(code)
                                                          : transfer.why.data());
  }
  if (status >= 200 && status < 300) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("it answered ", status,
                   status >= 300 && status < 400 ? ", a redirect, which is not followed" : ""));
}

}  // namespace

class Notifier::Impl {
 public:
  Impl(Options options, CURLM* multi) : options_(std::move(options)), multi_(multi) {}
  ~Impl() {
    for (auto& [easy, transfer] : under_way_) curl_multi_remove_handle(multi_, easy);
    under_way_.clear();
    curl_multi_cleanup(multi_);
  }

  void Start(Told told) {
    told_ = std::move(told);
    thread_ = std::thread([this] { Main(); });
  }

  void Send(Message message) {
    MutexLock lock(mutex_);
    if (end_by_.has_value()) return;
    queue_.push_back(std::move(message));
    curl_multi_wakeup(multi_);
  }

  void Stop(absl::Duration grace) {
    {
      MutexLock lock(mutex_);
      if (!end_by_.has_value()) end_by_ = clock_() + grace;
      curl_multi_wakeup(multi_);
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  void Main() {
    for (;;) {
      const std::optional<absl::Time> end_by = TakeQueue();
      int running = 0;
      curl_multi_perform(multi_, &running);
      TakeEnded();
      TellResults();
      const absl::Time now = clock_();
      if (end_by.has_value() && (now >= *end_by || (under_way_.empty() && untold_.empty()))) return;
      absl::Duration wait = untold_.empty() ? kLongestWait : kTellAgain;
      if (end_by.has_value()) wait = std::min(wait, *end_by - now + absl::Milliseconds(1));
      curl_multi_poll(multi_, nullptr, 0, static_cast<int>(wait / absl::Milliseconds(1)), nullptr);
    }
  }

  // Begins what was sent; by when to end, once that was said.
  std::optional<absl::Time> TakeQueue() {
    std::deque<Message> messages;
    std::optional<absl::Time> end_by;
    {
      MutexLock lock(mutex_);
      messages.swap(queue_);
      end_by = end_by_;
    }
    for (Message& message : messages) {
      const std::string job = message.job;
      std::unique_ptr<Transfer> transfer = MakeTransfer(std::move(message), options_);
      CURL* const easy = transfer == nullptr ? nullptr : transfer->easy.get();
      if (easy == nullptr || curl_multi_add_handle(multi_, easy) != CURLM_OK) {
        untold_.push_back({job, absl::UnavailableError("libcurl could not begin")});
      } else {
        under_way_[easy] = std::move(transfer);
      }
    }
    return end_by;
  }

  void TakeEnded() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* const easy = message->easy_handle;
      const auto found = under_way_.find(easy);
      const Transfer& transfer = *found->second;
      untold_.push_back({transfer.message.job, ResultOf(transfer, message->data.result)});
      curl_multi_remove_handle(multi_, easy);
      under_way_.erase(found);
    }
  }

  void TellResults() {
    while (!untold_.empty() && told_(untold_.front().job, untold_.front().result)) {
      untold_.pop_front();
    }
  }

  struct Result {
    std::string job;
    absl::Status result;
  };

  const Options options_;
  const std::function<absl::Time()> clock_ = SteadyNow;
  CURLM* const multi_;  // only its wake-up is for any thread
  Told told_;

  // The thread's own.
  std::map<CURL*, std::unique_ptr<Transfer>> under_way_;
  std::deque<Result> untold_;

  Mutex mutex_;
  std::deque<Message> queue_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Time> end_by_ ABSL_GUARDED_BY(mutex_);  // once Stop() was called

  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<Notifier>> Notifier::Make(Options options) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* const multi = ready == CURLE_OK ? curl_multi_init() : nullptr;
  if (multi == nullptr) {
    return absl::UnavailableError("libcurl, which sends notifications, could not be set up");
  }
  return std::unique_ptr<Notifier>(new Notifier(std::make_unique<Impl>(std::move(options), multi)));
}

Notifier::Notifier(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Notifier::~Notifier() { Stop(absl::ZeroDuration()); }
void Notifier::Start(Told told) { impl_->Start(std::move(told)); }
void Notifier::Send(Message message) { impl_->Send(std::move(message)); }
void Notifier::Stop(absl::Duration grace) { impl_->Stop(grace); }

}  // namespace nepa::coordinator
