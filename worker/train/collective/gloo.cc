#include "worker/train/collective/gloo.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <exception>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "common/base/mutex.h"
#include "common/base/status.h"
#include "common/io/unique_fd.h"

namespace nepa::collective {
namespace {

// The one place where exceptions of c10d become statuses: each is a peer lost or too late.
template <typename Operation>
absl::Status Catching(absl::string_view doing, Operation operation) {
  try {
    operation();
    return absl::OkStatus();
  } catch (const std::exception& error) {
    return absl::UnavailableError(absl::StrCat(doing, ": ", error.what()));
  }
}

// How one operation of the group ended. Shared with the callback of its future, which may outlive
// an aborted wait.
struct Outcome {
  Mutex mutex;
  Condition changed;
  bool done ABSL_GUARDED_BY(mutex) = false;
  std::string failure ABSL_GUARDED_BY(mutex);  // "" for success
};

class Gloo final : public Collective {
 public:
  Gloo(const GlooOptions& options, c10::intrusive_ptr<c10d::ProcessGroupGloo> group)
      : rank_(options.rank), world_size_(options.world_size), group_(std::move(group)) {}

  int64_t rank() const override { return rank_; }
  int64_t world_size() const override { return world_size_; }

  absl::Status AllReduceSum(const at::Tensor& tensor) override {
    return Run("summing over the ranks", [&](std::vector<at::Tensor>& tensors) {
      tensors = {tensor.detach()};
      return group_->allreduce(tensors);
    });
  }

  absl::Status Broadcast(const at::Tensor& tensor, int64_t root) override {
    return Run("broadcasting to the ranks", [&](std::vector<at::Tensor>& tensors) {
      tensors = {tensor.detach()};
      c10d::BroadcastOptions broadcast;
      broadcast.rootRank = root;
      return group_->broadcast(tensors, broadcast);
    });
  }

  absl::Status Barrier() override {
    return Run("waiting for all ranks",
               [&](std::vector<at::Tensor>&) { return group_->barrier(); });
  }

  void Abort(absl::string_view reason) override {
    std::shared_ptr<Outcome> running;
    {
      const MutexLock lock(mutex_);
      if (aborted_.ok()) aborted_ = absl::AbortedError(reason);
      running = running_;
    }
    if (running == nullptr) return;
    const MutexLock lock(running->mutex);
    running->done = true;
    running->changed.NotifyAll();
  }

 private:
  template <typename Start>
  absl::Status Run(absl::string_view doing, Start start) {
    auto outcome = std::make_shared<Outcome>();
    {
      const MutexLock lock(mutex_);
      if (!aborted_.ok()) return aborted_;
      running_ = outcome;
    }
    std::vector<at::Tensor> tensors;
    NEPA_RETURN_IF_ERROR(Catching(doing, [&] {
      start(tensors)->getFuture()->addCallback([outcome](c10::ivalue::Future& future) {
        const MutexLock lock(outcome->mutex);
        outcome->done = true;
        if (future.hasError()) outcome->failure = future.tryRetrieveErrorMessage();
        outcome->changed.NotifyAll();
      });
    }));
    {
      MutexLock lock(outcome->mutex);
      while (!outcome->done) outcome->changed.Wait(lock);
    }
    const MutexLock lock(mutex_);
    running_ = nullptr;
    if (!aborted_.ok()) return aborted_;
    const MutexLock outcome_lock(outcome->mutex);
    if (outcome->failure.empty()) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat(doing, ": ", outcome->failure));
  }

  const int64_t rank_;
  const int64_t world_size_;
  const c10::intrusive_ptr<c10d::ProcessGroupGloo> group_;
  Mutex mutex_;
  absl::Status aborted_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<Outcome> running_ ABSL_GUARDED_BY(mutex_);  // null between operations
};

// A socket that listens on `host`:`port` alone. The store would listen on every address.
absl::StatusOr<io::UniqueFd> Listen(const std::string& host, int64_t port) {
  const std::string doing = absl::StrCat("listening on ", host, ":", port, " for the ranks' store");
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), absl::StrCat(port).c_str(), &hints, &found);
      error != 0) {
    return absl::UnavailableError(absl::StrCat(doing, ": ", ::gai_strerror(error)));
  }
  const absl::Cleanup free_found = [found] { ::freeaddrinfo(found); };
  io::UniqueFd fd(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  if (!fd.valid() || ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
      ::bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0 || ::listen(fd.get(), 64) != 0) {
    return absl::UnavailableError(ErrnoStatus(errno, doing).message());
  }
  return fd;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Collective>> JoinGloo(const GlooOptions& options) {
  const auto timeout = absl::ToChronoMilliseconds(options.timeout);
  io::UniqueFd listener;
  if (options.rank == 0) {
    NEPA_ASSIGN_OR_RETURN(listener, Listen(options.store_host, options.store_port));
  }
  c10::intrusive_ptr<c10d::ProcessGroupGloo> group;
  const std::string doing = absl::StrCat("joining the ranks at ", options.store_host, ":",
                                         options.store_port, " as rank ", options.rank);
  NEPA_RETURN_IF_ERROR(Catching(doing, [&] {
    c10d::TCPStoreOptions store_options;
    store_options.port = static_cast<uint16_t>(options.store_port);
    store_options.isServer = options.rank == 0;
    store_options.numWorkers = static_cast<size_t>(options.world_size);
    store_options.timeout = timeout;
    // The store owns the socket from here on.
    if (options.rank == 0) store_options.masterListenFd = listener.release();
    auto store = c10::make_intrusive<c10d::TCPStore>(options.store_host, store_options);
    auto gloo_options = c10d::ProcessGroupGloo::Options::create(timeout);
    gloo_options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(
        options.local_address.empty() ? options.store_host : options.local_address));
    group = c10::make_intrusive<c10d::ProcessGroupGloo>(
        store, static_cast<int>(options.rank), static_cast<int>(options.world_size), gloo_options);
  }));
  return std::make_unique<Gloo>(options, std::move(group));
}

}  // namespace nepa::collective
