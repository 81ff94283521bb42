// What the ranks of one attempt do together. The engines are LibTorch's own (design: NCCL on GPUs,
// Gloo on CPUs); this is the small surface that the training loop sees of them.
//
// Every rank calls the same operations in the same order with tensors of the same shape and type;
// each call returns on a rank once that rank's result is there.
//
// Thread rule: one thread a rank calls the operations; Abort may come from any thread.
//
// Errors of every operation: UNAVAILABLE when a peer is lost or too late, ABORTED after Abort.
// After an error the group is broken: the only thing left to do with it is to destroy it.
#ifndef NEPA_WORKER_TRAIN_COLLECTIVE_COLLECTIVE_H_
#define NEPA_WORKER_TRAIN_COLLECTIVE_COLLECTIVE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace nepa::collective {

class Collective {
 public:
  virtual ~Collective() = default;

  virtual int64_t rank() const = 0;
  virtual int64_t world_size() const = 0;

  // Replaces `tensor` (contiguous) on every rank by the sum over the ranks. The same inputs give
  // the same bits on every rank.
  virtual absl::Status AllReduceSum(const at::Tensor& tensor) = 0;

  // Replaces `tensor` (contiguous) on every rank by that of rank `root`.
  virtual absl::Status Broadcast(const at::Tensor& tensor, int64_t root) = 0;

  // Returns once every rank has called it.
  virtual absl::Status Barrier() = 0;

  // Ends the waiting of this rank's operation, now and in future, with ABORTED and `reason`. The
  // peers learn of it as of a lost rank.
  virtual void Abort(absl::string_view reason) = 0;
};

// The group of one rank: every operation is done as soon as it is called.
std::unique_ptr<Collective> MakeSingleProcess();

}  // namespace nepa::collective

#endif  // NEPA_WORKER_TRAIN_COLLECTIVE_COLLECTIVE_H_
