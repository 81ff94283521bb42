#include "coordinator/runtime/worker_streams.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace nepa::coordinator {

void WorkerStreams::Attach(const std::string& worker, int64_t incarnation,
                           std::shared_ptr<OrdersSink> stream) {
  Entry& entry = streams_[worker];
  if (entry.stream == stream) return;
  if (entry.stream != nullptr) {
    entry.stream->Close(absl::CancelledError("the worker has opened another stream"));
  }
  entry = {incarnation, std::move(stream)};
}

OrdersSink* WorkerStreams::Find(const std::string& worker) const {
  const auto found = streams_.find(worker);
  return found == streams_.end() ? nullptr : found->second.stream.get();
}

std::optional<WorkerStreams::Owner> WorkerStreams::Detach(const OrdersSink* stream) {
  for (auto it = streams_.begin(); it != streams_.end(); ++it) {
    if (it->second.stream.get() != stream) continue;
    Owner owner{it->first, it->second.incarnation};
    streams_.erase(it);
    return owner;
  }
  return std::nullopt;
}

void WorkerStreams::Fence(const std::string& worker, int64_t incarnation) {
  const auto found = streams_.find(worker);
  if (found == streams_.end() || found->second.incarnation == incarnation) return;
  found->second.stream->Close(absl::AbortedError(
      absl::StrCat("incarnation ", found->second.incarnation, " of this worker is over")));
  streams_.erase(found);
}

void WorkerStreams::CloseAll(const absl::Status& why) {
  for (auto& [worker, entry] : streams_) entry.stream->Close(why);
  streams_.clear();
}

}  // namespace nepa::coordinator
