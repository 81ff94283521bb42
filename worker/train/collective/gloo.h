// Ranks on CPUs, in processes of their own: c10d::ProcessGroupGloo over a c10d::TCPStore.
#ifndef NEPA_WORKER_TRAIN_COLLECTIVE_GLOO_H_
#define NEPA_WORKER_TRAIN_COLLECTIVE_GLOO_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "worker/train/collective/collective.h"

namespace nepa::collective {

struct GlooOptions {
  std::string store_host;  // where rank 0's store listens, on this address alone
  int64_t store_port = 0;
  std::string local_address;  // this rank's own; its peers connect here. "" for store_host
  int64_t rank = 0;
  int64_t world_size = 1;
  absl::Duration timeout = absl::Minutes(5);  // of joining, and of each operation
};

// Returns once all ranks have joined. UNAVAILABLE if they don't within `timeout`, or if the address
// cannot be listened on.
absl::StatusOr<std::unique_ptr<Collective>> JoinGloo(const GlooOptions& options);

}  // namespace nepa::collective

#endif  // NEPA_WORKER_TRAIN_COLLECTIVE_GLOO_H_
