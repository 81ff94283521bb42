#include "common/metrics/http_server.h"

#include <httplib.h>
#include <prometheus/text_serializer.h>

#include <chrono>
#include <thread>

#include "absl/strings/str_cat.h"

namespace nepa::metrics {
namespace {

constexpr char kMetricsType[] = "text/plain; version=0.0.4; charset=utf-8";
constexpr time_t kIoTimeoutSeconds = 5;
// Short, since the destructor waits for idle connections as long as this.
constexpr time_t kKeepAliveSeconds = 1;
constexpr size_t kMaxBodyBytes = 1024;  // nobody sends one

}  // namespace

class HttpServer::Impl {
 public:
  explicit Impl(Options options) : options_(std::move(options)) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.set_read_timeout(kIoTimeoutSeconds);
    server_.set_write_timeout(kIoTimeoutSeconds);
    server_.set_keep_alive_timeout(kKeepAliveSeconds);
    server_.set_payload_max_length(kMaxBodyBytes);
    // In place of httplib's SO_REUSEPORT, which lets two daemons share a port without a word.
    server_.set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    server_.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(prometheus::TextSerializer().Serialize(options_.registry->Collect()),
                           kMetricsType);
    });
    server_.Get("/healthz", [](const httplib::Request&, httplib::Response& response) {
      response.set_content("ok\n", "text/plain");
    });
    server_.Get("/readyz", [this](const httplib::Request&, httplib::Response& response) {
      const absl::Status status = options_.ready();
      if (!status.ok()) response.status = 503;
      response.set_content(status.ok() ? "ok\n" : absl::StrCat(status.message(), "\n"),
                           "text/plain");
    });
  }

  ~Impl() {
    if (!thread_.joinable()) return;
    server_.stop();
    thread_.join();
  }

  absl::StatusOr<int> Listen() {
    const int port = options_.port == 0 ? server_.bind_to_any_port(options_.host)
                     : server_.bind_to_port(options_.host, options_.port) ? options_.port
                                                                          : -1;
    if (port <= 0) {
      return absl::UnavailableError(absl::StrCat("listening for HTTP on ", options_.host, ":",
                                                 options_.port,
                                                 ": the address is taken or is none of this "
                                                 "machine; choose another with --http, or port 0 "
                                                 "for a free one"));
    }
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    // stop() does nothing before the loop runs, and httplib offers no way to wait for that.
    while (!server_.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return port;
  }

 private:
  const Options options_;
  httplib::Server server_;
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(Options options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  const absl::StatusOr<int> port = impl->Listen();
  if (!port.ok()) return port.status();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl), *port));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl, int port)
    : impl_(std::move(impl)), port_(port) {}
HttpServer::~HttpServer() = default;

}  // namespace nepa::metrics
