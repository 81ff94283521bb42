// The writing side of a stream on which only the newest message matters: one that could not be
// written yet is replaced by the next.
//
// Shared between the gRPC reactor, which dies with its stream, and whoever sends. Any thread;
// nothing waits.
#ifndef NEPA_COORDINATOR_RPC_LATEST_WRITER_H_
#define NEPA_COORDINATOR_RPC_LATEST_WRITER_H_

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "common/base/mutex.h"
#include "common/rpc/status.h"

namespace nepa::coordinator {

template <typename Message, typename Reactor>
class LatestWriter {
 public:
  // `reactor` must call WriteDone() from OnWriteDone and Gone() from OnDone.
  explicit LatestWriter(Reactor* reactor) : reactor_(reactor) {}

  void Send(Message message) {
    MutexLock lock(mutex_);
    if (closing_) return;
    pending_ = std::move(message);
    Pump();
  }

  // Finishes the stream with `why` once the last message is written. Later calls change nothing.
  void Close(absl::Status why) {
    MutexLock lock(mutex_);
    if (closing_) return;
    closing_ = true;
    why_ = std::move(why);
    Pump();
  }

  void WriteDone(bool ok) {
    MutexLock lock(mutex_);
    writing_ = false;
    if (!ok) {
      pending_.reset();
      if (!closing_) why_ = absl::CancelledError("the peer has gone");
      closing_ = true;
    }
    Pump();
  }

  void Gone() {
    MutexLock lock(mutex_);
    reactor_ = nullptr;
  }

  // Nothing that is sent arrives any more.
  bool closing() const {
    MutexLock lock(mutex_);
    return closing_ || reactor_ == nullptr;
  }

  // What the stream was, or will be, finished with.
  absl::Status why() const {
    MutexLock lock(mutex_);
    return why_;
  }

  // Calls the reactor, unless the stream is over. Never two at a time, never during Finish.
  template <typename Function>
  void WithReactor(Function function) {
    MutexLock lock(mutex_);
    if (reactor_ != nullptr && !closing_) function(*reactor_);
  }

 private:
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (reactor_ == nullptr || writing_ || finished_) return;
    if (pending_.has_value()) {
      current_ = *std::move(pending_);
      pending_.reset();
      writing_ = true;
      reactor_->StartWrite(&current_);
    } else if (closing_) {
      finished_ = true;
      reactor_->Finish(rpc::ToGrpc(why_));
    }
  }

  mutable Mutex mutex_;
  Reactor* reactor_ ABSL_GUARDED_BY(mutex_);
  std::optional<Message> pending_ ABSL_GUARDED_BY(mutex_);
  Message current_ ABSL_GUARDED_BY(mutex_);  // gRPC reads it while `writing_`
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status why_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RPC_LATEST_WRITER_H_
