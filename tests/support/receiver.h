// Whoever is told of jobs' ends: a little HTTP server on a free loopback port, in the test's own
// process.
//
// Any thread.
#ifndef NEPA_TESTS_SUPPORT_RECEIVER_H_
#define NEPA_TESTS_SUPPORT_RECEIVER_H_

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/mutex.h"

namespace nepa::testing {

class Receiver {
 public:
  struct Request {
    std::string target;  // path and query
    std::map<std::string, std::string> headers;
    std::string body;
  };
  struct Certificate {
    std::string certificate, key;  // PEM files
  };

  // Listens; `port` 0 takes a free one. With a certificate it serves https.
  explicit Receiver(int port = 0, const Certificate& certificate = {});
  ~Receiver();

  int port() const { return port_; }
  // "http://127.0.0.1:PORT" and `target`.
  std::string url(const std::string& target) const;

  // Status codes of the next answers; 200 once they are used up.
  void AnswerWith(std::deque<int> codes);
  void AnswerWithBody(std::string body);
  // 302 from now on.
  void RedirectTo(std::string url);

  // Every POST so far.
  std::vector<Request> requests() const;

 private:
  class Server;

  mutable Mutex mutex_;
  std::deque<int> codes_ ABSL_GUARDED_BY(mutex_);
  std::string body_ ABSL_GUARDED_BY(mutex_);
  std::string redirect_ ABSL_GUARDED_BY(mutex_);
  std::vector<Request> requests_ ABSL_GUARDED_BY(mutex_);
  std::string scheme_;
  int port_ = 0;
  std::unique_ptr<Server> server_;
};

// A free loopback port on which connections come about and nobody says a word.
class SilentPort {
 public:
  SilentPort();
  ~SilentPort();
  SilentPort(const SilentPort&) = delete;
  SilentPort& operator=(const SilentPort&) = delete;

  int port() const { return port_; }
  std::string url(const std::string& target) const;
  // Waits until somebody has sent the beginning of a request.
  bool WaitForRequest();

 private:
  int socket_ = -1;
  int connection_ = -1;
  int port_ = 0;
};

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SUPPORT_RECEIVER_H_
