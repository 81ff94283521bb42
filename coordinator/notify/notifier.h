// Sends what receivers are to be told, each as one HTTP POST, all of them side by side on one
// thread.
//
// A receiver is anybody's: it gets little time and is read little of. Redirects are not followed,
// and only http and https are spoken. Certificates of https are verified. The proxy of the
// environment (http_proxy, https_proxy, no_proxy) is used.
#ifndef NEPA_COORDINATOR_NOTIFY_NOTIFIER_H_
#define NEPA_COORDINATOR_NOTIFY_NOTIFIER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace nepa::coordinator {

struct Message {
  std::string job;  // whom it is about; for the answer
  std::string url;
  std::string key;   // the header Idempotency-Key: the same in each try, so that doubles are seen
  std::string body;  // JSON
};

class Notifier {
 public:
  struct Options {
    absl::Duration try_limit = absl::Seconds(10);     // from the look-up of the name to the answer
    absl::Duration connect_limit = absl::Seconds(5);  // of that, until there is a connection
    std::string ca;  // PEM file: who signs receivers' certificates; "": those the system trusts
  };
  // What came of a message: OK where the receiver answered with a 2xx, else UNAVAILABLE with why
  // not, without the address. False: nobody took it in; it is told again a moment later.
  using Told = std::function<bool(const std::string& job, const absl::Status& result)>;

  // UNAVAILABLE if libcurl cannot be set up.
  static absl::StatusOr<std::unique_ptr<Notifier>> Make(Options options);
  ~Notifier();

  // Starts the thread; `told` is called on it, once a message.
  void Start(Told told);

  // Any thread, before Start() too; does not wait.
  void Send(Message message);

  // Gives what was sent until now up to `grace` to be answered, lets go of the rest and ends the
  // thread. What is sent later goes nowhere.
  void Stop(absl::Duration grace);

 private:
  class Impl;
  explicit Notifier(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_NOTIFY_NOTIFIER_H_
