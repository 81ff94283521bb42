// What a daemon serves over HTTP: /metrics in Prometheus' text format, /healthz (200 while the
// process answers at all) and /readyz (200 while it does its work, else 503 with the reason).
//
// Threads: one that accepts and kThreads that answer, from Start() to the destructor. `registry`
// and `ready` are called on them, at any time in between.
#ifndef NEPA_COMMON_METRICS_HTTP_SERVER_H_
#define NEPA_COMMON_METRICS_HTTP_SERVER_H_

#include <prometheus/collectable.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace nepa::metrics {

// A kept-alive connection holds a thread, so this bounds who scrapes at the same time.
inline constexpr int kThreads = 4;

class HttpServer {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    int port = 0;                                             // 0: a free one
    std::shared_ptr<const prometheus::Collectable> registry;  // what /metrics shows
    std::function<absl::Status()> ready;                      // what /readyz says
  };

  // Listens and serves. UNAVAILABLE if the address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(Options options);

  // Answers what was asked, then stops.
  ~HttpServer();

  int port() const { return port_; }

 private:
  class Impl;
  HttpServer(std::unique_ptr<Impl> impl, int port);

  const std::unique_ptr<Impl> impl_;
  const int port_;
};

}  // namespace nepa::metrics

#endif  // NEPA_COMMON_METRICS_HTTP_SERVER_H_
