#include "tests/support/receiver.h"

#include <httplib.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>
#include <utility>

#include "tests/support/program.h"

namespace nepa::testing {

// The server and the thread that accepts.
class Receiver::Server {
 public:
  Server(Receiver& receiver, int port, const Certificate& certificate) {
    if (certificate.certificate.empty()) {
      http_ = std::make_unique<httplib::Server>();
    } else {
      http_ = std::make_unique<httplib::SSLServer>(certificate.certificate.c_str(),
                                                   certificate.key.c_str());
    }
    http_->set_keep_alive_max_count(1);
    http_->Post(".*", [&receiver](const httplib::Request& request, httplib::Response& response) {
      const MutexLock lock(receiver.mutex_);
      receiver.requests_.push_back(
          {request.target, {request.headers.begin(), request.headers.end()}, request.body});
      response.status = 200;
      if (!receiver.codes_.empty()) {
        response.status = receiver.codes_.front();
        receiver.codes_.pop_front();
      }
      response.set_content(receiver.body_, "text/plain");
      if (!receiver.redirect_.empty()) response.set_redirect(receiver.redirect_, 302);
    });
    receiver.port_ = port == 0                                ? http_->bind_to_any_port("127.0.0.1")
                     : http_->bind_to_port("127.0.0.1", port) ? port
                                                              : -1;
    if (receiver.port_ <= 0) throw std::runtime_error("the receiver cannot listen");
    thread_ = std::thread([this] { http_->listen_after_bind(); });
    while (!http_->is_running()) SleepBriefly();
  }
  ~Server() {
    http_->stop();
    thread_.join();
  }

 private:
  std::unique_ptr<httplib::Server> http_;
  std::thread thread_;
};

Receiver::Receiver(int port, const Certificate& certificate)
    : scheme_(certificate.certificate.empty() ? "http" : "https"),
      server_(std::make_unique<Server>(*this, port, certificate)) {}

Receiver::~Receiver() { server_.reset(); }

std::string Receiver::url(const std::string& target) const {
  return scheme_ + "://127.0.0.1:" + std::to_string(port_) + target;
}

void Receiver::AnswerWith(std::deque<int> codes) {
  const MutexLock lock(mutex_);
  codes_ = std::move(codes);
}

void Receiver::AnswerWithBody(std::string body) {
  const MutexLock lock(mutex_);
  body_ = std::move(body);
}

void Receiver::RedirectTo(std::string url) {
  const MutexLock lock(mutex_);
  redirect_ = std::move(url);
}

std::vector<Receiver::Request> Receiver::requests() const {
  const MutexLock lock(mutex_);
  return requests_;
}

SilentPort::SilentPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  const int yes = 1;
  ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (::bind(socket_, raw, size) != 0 || ::listen(socket_, 8) != 0 ||
      ::getsockname(socket_, raw, &size) != 0) {
    throw std::runtime_error("no port to be silent on");
  }
  port_ = ntohs(address.sin_port);
}

SilentPort::~SilentPort() {
  if (connection_ >= 0) ::close(connection_);
  ::close(socket_);
}

std::string SilentPort::url(const std::string& target) const {
  return "http://127.0.0.1:" + std::to_string(port_) + target;
}

bool SilentPort::WaitForRequest() {
  constexpr int kPatienceMilliseconds = 60'000;
  pollfd knocked = {socket_, POLLIN, 0};
  if (::poll(&knocked, 1, kPatienceMilliseconds) != 1) return false;
  connection_ = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
  pollfd said = {connection_, POLLIN, 0};
  return ::poll(&said, 1, kPatienceMilliseconds) == 1;
}

}  // namespace nepa::testing
