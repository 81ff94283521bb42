// The open streams of workers: where orders go.
//
// Confined to the loop's thread, but for what OrdersSink says.
#ifndef NEPA_COORDINATOR_RUNTIME_WORKER_STREAMS_H_
#define NEPA_COORDINATOR_RUNTIME_WORKER_STREAMS_H_

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "common/exchange/exchange.h"

namespace nepa::coordinator {

// One stream. Called on the loop's thread; must not wait. Orders that were not sent yet are
// replaced by newer ones, since each say everything.
class OrdersSink {
 public:
  virtual ~OrdersSink() = default;
  virtual void Send(exchange::Orders orders) = 0;
  // Nothing is sent any more.
  virtual void Close(absl::Status why) = 0;
};

class WorkerStreams {
 public:
  // From now on this is the worker's stream; an earlier one is closed.
  void Attach(const std::string& worker, int64_t incarnation, std::shared_ptr<OrdersSink> stream);

  // The worker's stream, or null.
  OrdersSink* Find(const std::string& worker) const;

  // Forgets the stream. Whose it was, if it was anyone's current one.
  struct Owner {
    std::string worker;
    int64_t incarnation = 0;
  };
  std::optional<Owner> Detach(const OrdersSink* stream);

  // Closes a worker's stream if its incarnation is not `incarnation`.
  void Fence(const std::string& worker, int64_t incarnation);

  void CloseAll(const absl::Status& why);

 private:
  struct Entry {
    int64_t incarnation = 0;
    std::shared_ptr<OrdersSink> stream;
  };
  std::map<std::string, Entry> streams_;
};

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RUNTIME_WORKER_STREAMS_H_
