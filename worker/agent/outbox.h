// What must arrive at the coordinator, kept until it says that it did.
//
// Items get their numbers, 1, 2, 3, … within an incarnation, when they are first sent; at most
// kMaxOutboxItems are on their way at a time, and the rest waits. While the coordinator is away the
// metrics that wait are thinned to kMaxWaitingMetrics: of each series (an attempt's points with the
// same names) every second point goes. Starts, checkpoints and exits are never dropped; no rank
// starts while the coordinator is away, so their number is bounded by the training itself.
//
// Pure. Confined to one thread.
#ifndef NEPA_WORKER_AGENT_OUTBOX_H_
#define NEPA_WORKER_AGENT_OUTBOX_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "common/exchange/exchange.h"

namespace nepa::agent {

inline constexpr size_t kMaxWaitingMetrics = 1024;
// An item that was not acknowledged for so long is sent again.
inline constexpr absl::Duration kResendAfter = absl::Seconds(2);

class Outbox {
 public:
  using What = decltype(exchange::OutboxItem::what);

  void Add(What what);

  // The items to put into a report sent at `now`, oldest first: those that were not sent on this
  // connection yet, and those that waited for their acknowledgement for too long.
  std::vector<exchange::OutboxItem> Take(absl::Time now);

  // True if Take would return something.
  bool HasUnsent(absl::Time now) const;

  // Everything up to `number` has arrived.
  void Acknowledge(int64_t number);

  // What was sent on the old connection may not have arrived.
  void ConnectionLost();

  // A new incarnation: what the old one had to say is void.
  void Clear();

  bool empty() const { return sent_.empty() && waiting_.empty(); }
  size_t size() const { return sent_.size() + waiting_.size(); }
  // True while an exit of `attempt` is not acknowledged.
  bool HoldsExitOf(const exchange::AttemptId& attempt) const;

 private:
  struct Sent {
    exchange::OutboxItem item;
    absl::Time sent_at;  // InfinitePast: not on this connection
  };

  void ThinMetrics();

  int64_t next_number_ = 1;
  std::deque<Sent> sent_;
  std::deque<What> waiting_;
  size_t waiting_metrics_ = 0;
};

}  // namespace nepa::agent

#endif  // NEPA_WORKER_AGENT_OUTBOX_H_
