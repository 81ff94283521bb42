// Reads, augments and batches images on threads of its own, ahead of whoever trains on them.
//
// Promises: batches come in order; what they hold depends on the dataset and on (seed, epoch,
// sample) alone, never on the number of threads, the world size, the micro-batch or the place where
// loading started; no more than `prefetch` micro-batches wait.
//
// The threads are its own, apart from LibTorch's; nothing here knows LibTorch (tensors.h does).
#ifndef NEPA_WORKER_TRAIN_DATA_LOADER_H_
#define NEPA_WORKER_TRAIN_DATA_LOADER_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "worker/train/data/batch.h"
#include "worker/train/data/dataset.h"
#include "worker/train/data/mixing.h"
#include "worker/train/data/sampler.h"
#include "worker/train/data/transform.h"

namespace nepa::data {

struct LoaderOptions {
  TransformOptions transform;
  MixingOptions mixing;

  int64_t global_batch = 0;
  config::LastBatch last = config::LastBatch::kDrop;
  Order order = Order::kShuffled;
  uint64_t seed = 0;

  int64_t world_size = 1;
  int64_t rank = 0;
  int64_t micro_batch = 0;  // samples at most in one Batch; 0: the whole slice of the rank

  int threads = 1;
  int prefetch = 4;  // micro-batches
  bool digests = false;

  Cursor start;               // the first global batch
  std::optional<Cursor> end;  // the first one not to load; none: epoch after epoch without end
};

// For training as `spec` asks (world size, rank, micro-batch, threads and cursors are the caller's
// to set). INVALID_ARGUMENT where spec.augmentation names what can't be done.
absl::StatusOr<LoaderOptions> TrainingLoaderOptions(const config::JobSpec& spec,
                                                    const config::ModelConfig& model);
// For one rank's part of a pass over a dataset in its order, prepared for evaluation, in batches of
// spec.evaluation.batch for each rank, the last ones kept.
LoaderOptions EvaluationLoaderOptions(const config::JobSpec& spec, const config::ModelConfig& model,
                                      int64_t rank = 0, int64_t world_size = 1);

class Loader {
 public:
  // Starts loading. INVALID_ARGUMENT where the options make no batch (fewer samples than a global
  // batch that drops its rest, a rank outside the world); the message says what to change.
  static absl::StatusOr<std::unique_ptr<Loader>> Start(std::shared_ptr<const Dataset> dataset,
                                                       const LoaderOptions& options);
  // Stops the threads and waits for them.
  virtual ~Loader() = default;

  // The next micro-batch; waits for it. One thread at a time.
  // OUT_OF_RANGE after the last one, CANCELLED after Cancel(), else what Dataset::Read() said of
  // the first sample of the batch that could not be read, or what ExceptionStatus() says where
  // memory ran out; an error stays.
  virtual absl::StatusOr<Batch> Next() = 0;

  // Makes Next() return at once, now and later. Any thread.
  virtual void Cancel() = 0;

  // Time that Next() has spent waiting so far: nepa_train_data_wait_seconds. Any thread.
  virtual absl::Duration waited() const = 0;

  virtual const Sampler& sampler() const = 0;
};

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_LOADER_H_
