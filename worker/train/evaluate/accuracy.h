// Top-1 and top-5 accuracy, counted batch by batch.
#ifndef NEPA_WORKER_TRAIN_EVALUATE_ACCURACY_H_
#define NEPA_WORKER_TRAIN_EVALUATE_ACCURACY_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace nepa::evaluate {

// Plain counts, so that ranks can sum theirs.
struct AccuracyCounts {
  int64_t images = 0;
  int64_t top1_correct = 0;
  int64_t top5_correct = 0;  // with five classes or fewer, every image

  // Fractions of 1; 0 of no images.
  double top1() const { return images == 0 ? 0 : static_cast<double>(top1_correct) / images; }
  double top5() const { return images == 0 ? 0 : static_cast<double>(top5_correct) / images; }
};

// Adds a batch: logits_BK floating, labels_B int64. An image counts as right in the first k where
// fewer than k other classes have a logit at least as high as its label's: a tie counts against the
// model, so that one which says the same of every class is never right by accident.
void CountCorrect(const at::Tensor& logits, const at::Tensor& labels, AccuracyCounts& counts);

}  // namespace nepa::evaluate

#endif  // NEPA_WORKER_TRAIN_EVALUATE_ACCURACY_H_
