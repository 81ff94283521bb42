#include "tests/integration/worker/scripted_coordinator.h"

#include <chrono>
#include <stdexcept>

#include "common/rpc/channel.h"
#include "common/rpc/exchange.h"

namespace nepa::worker {

void ScriptedCoordinator::Start() {
  absl::StatusOr<rpc::Listening> listening = rpc::Listen(address_, {this});
  if (!listening.ok()) throw std::runtime_error(std::string(listening.status().message()));
  server_ = std::move(listening->server);
  address_ = listening->address;
}

void ScriptedCoordinator::Stop() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());  // cuts what is open
  server_.reset();
}

void ScriptedCoordinator::Order(std::vector<exchange::GangOrder> gangs) {
  MutexLock lock(mutex_);
  orders_.gangs = std::move(gangs);
  SayOrders();
}

void ScriptedCoordinator::FenceNext() {
  MutexLock lock(mutex_);
  fence_next_ = true;
}

void ScriptedCoordinator::BeSilent(bool silent) {
  MutexLock lock(mutex_);
  silent_ = silent;
}

exchange::Report ScriptedCoordinator::last_report() {
  MutexLock lock(mutex_);
  return last_report_;
}

exchange::Registration ScriptedCoordinator::registration() {
  MutexLock lock(mutex_);
  return registration_;
}

int ScriptedCoordinator::registrations() {
  MutexLock lock(mutex_);
  return static_cast<int>(orders_.incarnation);
}

std::vector<exchange::OutboxItem> ScriptedCoordinator::arrived() {
  MutexLock lock(mutex_);
  return arrived_;
}

std::vector<exchange::RankExited> ScriptedCoordinator::exits() {
  std::vector<exchange::RankExited> exits;
  for (const exchange::OutboxItem& item : arrived()) {
    if (const auto* exited = std::get_if<exchange::RankExited>(&item.what)) {
      exits.push_back(*exited);
    }
  }
  return exits;
}

grpc::Status ScriptedCoordinator::Register(grpc::ServerContext*, const v1::RegisterRequest* request,
                                           v1::RegisterResponse* response) {
  MutexLock lock(mutex_);
  registration_ = *rpc::FromMessage(*request);
  if (orders_.incarnation++ > 0) orders_.gangs.clear();
  orders_.acknowledged = 0;
  arrived_.clear();
  *response = rpc::ToMessage(exchange::Registered{"w1", orders_.incarnation,
                                                  absl::Milliseconds(200), absl::Seconds(2), ""});
  return grpc::Status::OK;
}

grpc::Status ScriptedCoordinator::Exchange(grpc::ServerContext*, Stream* stream) {
  v1::WorkerReport message;
  while (stream->Read(&message)) {
    MutexLock lock(mutex_);
    last_report_ = *rpc::FromMessage(message);
    if (fence_next_ || last_report_.incarnation != orders_.incarnation) {
      fence_next_ = false;
      stream_ = nullptr;
      return {grpc::StatusCode::ABORTED, "this incarnation is over"};
    }
    for (const exchange::OutboxItem& item : last_report_.outbox) {
      if (item.number <= orders_.acknowledged) continue;
      arrived_.push_back(item);
      orders_.acknowledged = item.number;
    }
    stream_ = stream;
    SayOrders();
  }
  MutexLock lock(mutex_);
  if (stream_ == stream) stream_ = nullptr;
  return grpc::Status::OK;
}

void ScriptedCoordinator::SayOrders() {
  if (stream_ != nullptr && !silent_) stream_->Write(rpc::ToMessage(orders_));
}

}  // namespace nepa::worker
