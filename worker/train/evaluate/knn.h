// How well the nearest neighbours of frozen features tell the class: the k-NN accuracy that
// self-supervised work reports without training anything (Wu et al. 2018; DINO, 2021).
#ifndef NEPA_WORKER_TRAIN_EVALUATE_KNN_H_
#define NEPA_WORKER_TRAIN_EVALUATE_KNN_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "worker/train/evaluate/accuracy.h"

namespace nepa::evaluate {

struct KnnOptions {
  int64_t k = 20;             // cut to the size of the gallery
  double temperature = 0.07;  // > 0
  int64_t class_count = 0;
  int64_t queries_at_once = 512;  // bounds the similarity matrix
};

// Labelled features that queries are compared against, as often as there are batches of them.
//
// Any thread may ask, several at a time.
class KnnGallery {
 public:
  // features_GD, float32; labels_G int64, below any class_count asked for; G ≥ 1. The features are
  // scaled to length 1 where they lie: a whole training set's would not fit twice.
  KnnGallery(at::Tensor features, at::Tensor labels);

  // queries_QD, float32; labels int64, below class_count. Each query is given the class with the
  // largest sum of exp(cosine / temperature) over its k nearest gallery features, the lowest class
  // of equals. Top-5 counts the five largest sums above 0.
  AccuracyCounts Accuracy(const at::Tensor& queries, const at::Tensor& query_labels,
                          const KnnOptions& options) const;

 private:
  at::Tensor features_GD_;  // of length 1
  at::Tensor labels_G_;
};

}  // namespace nepa::evaluate

#endif  // NEPA_WORKER_TRAIN_EVALUATE_KNN_H_
