// Which sample stands where in which global batch: a function of (seed, epoch, position), without
// state. Any world size, any number of threads and any restart ask it and get the same answer.
//
// Pure; any thread.
#ifndef NEPA_WORKER_TRAIN_DATA_SAMPLER_H_
#define NEPA_WORKER_TRAIN_DATA_SAMPLER_H_

#include <cstdint>

#include "common/config/job_spec.h"

namespace nepa::data {

// A permutation of 0 … count - 1, evaluated at single points. It is a Feistel network of eight
// rounds over the next power of two, walked until it lands inside (Black and Rogaway, "Ciphers with
// Arbitrary Finite Domains", 2002): no table, whatever the count.
class Permutation {
 public:
  // count ≥ 1.
  Permutation(int64_t count, uint64_t seed, uint64_t epoch);

  // 0 ≤ position < count.
  int64_t At(int64_t position) const;

 private:
  static constexpr int kRounds = 8;
  uint64_t count_;
  int left_bits_;
  int right_bits_;
  uint64_t round_keys_[kRounds];
};

enum class Order { kShuffled, kSequential };

// A place between batches: `batch` global batches of `epoch` are done.
struct Cursor {
  int64_t epoch = 0;
  int64_t batch = 0;
  bool operator==(const Cursor&) const = default;
};

// A run of positions.
struct Slice {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t size() const { return end - begin; }
};

// Part `rank` of `world_size` of `size` positions: contiguous, the sizes differ by at most one.
Slice RankSlice(int64_t size, int64_t rank, int64_t world_size);

class Sampler {
 public:
  struct Options {
    int64_t sample_count = 0;
    int64_t global_batch = 0;
    config::LastBatch last = config::LastBatch::kDrop;
    Order order = Order::kShuffled;
    uint64_t seed = 0;
  };
  explicit Sampler(const Options& options) : options_(options) {}

  // 0 where kDrop leaves nothing.
  int64_t batches_per_epoch() const;
  // Samples in global batch `batch` of an epoch: global_batch, or fewer in a last one that is kept.
  int64_t BatchSize(int64_t batch) const;
  // The place `batches` global batches after the start of training.
  Cursor CursorAt(int64_t batches) const;

  // The order of one epoch; cheap to make.
  class Epoch {
   public:
    // The sample at `position` of global batch `batch`.
    int64_t Sample(int64_t batch, int64_t position) const;

   private:
    friend class Sampler;
    Epoch(const Options& options, int64_t epoch)
        : options_(options), permutation_(options.sample_count, options.seed, epoch) {}
    Options options_;
    Permutation permutation_;
  };
  Epoch AtEpoch(int64_t epoch) const { return Epoch(options_, epoch); }

 private:
  Options options_;
};

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_SAMPLER_H_
