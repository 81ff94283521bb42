// What the loader hands to a training step or an evaluation: one micro-batch of one rank.
#ifndef NEPA_WORKER_TRAIN_DATA_BATCH_H_
#define NEPA_WORKER_TRAIN_DATA_BATCH_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"

namespace nepa::data {

// Sample i of a Batch stands at `first_position` + i of the global batch.
struct Batch {
  int64_t epoch = 0;
  int64_t batch = 0;           // the global batch's number within the epoch
  int64_t global_size = 0;     // samples of the whole global batch, all ranks: divide a sum by this
  int64_t rank_size = 0;       // samples of this rank's slice
  int64_t micro = 0;           // number of this micro-batch within the slice
  int64_t micro_count = 0;     // micro-batches of the slice; at least 1, its last may be empty
  int64_t first_position = 0;  // of sample 0, within the global batch

  int64_t channels = 0;
  int64_t image_size = 0;
  // [size, channels, image_size, image_size], normalised, mixed where mixing is on. Freeing it
  // hands the memory back to the loader, which may be gone by then.
  std::shared_ptr<float[]> pixels;

  std::vector<int64_t> samples;  // index into the dataset
  std::vector<int64_t> labels;
  // Mixing (mixup, CutMix) only, else empty: the sample's target is
  // own_weight · labels + (1 - own_weight) · partner_labels.
  std::vector<int64_t> partner_labels;
  std::vector<float> own_weights;
  // Where the loader was asked for them, else empty: see digest.h.
  std::vector<std::string> digests;

  int64_t size() const { return static_cast<int64_t>(samples.size()); }
};

// The target distributions [size, class_count] of a classification batch, labels smoothed by
// `smoothing` (s / class_count everywhere, and 1 - s more on the label), mixed where the batch is.
// `targets` has room for size · class_count values. A label that is none of the classes has no
// target; whoever opens data for a model sees to it that there are none (loop/session.h).
void FillTargets(const Batch& batch, int64_t class_count, double smoothing,
                 absl::Span<float> targets);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_BATCH_H_
