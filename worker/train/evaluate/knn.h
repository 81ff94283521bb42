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

// gallery_GD and queries_QD, float32; labels int64, below class_count; G ≥ 1. Each query is given
// the class with the largest sum of exp(cosine / temperature) over its k nearest gallery features,
// the lowest class of equals. Top-5 counts the five largest sums above 0.
AccuracyCounts KnnAccuracy(const at::Tensor& gallery, const at::Tensor& gallery_labels,
                           const at::Tensor& queries, const at::Tensor& query_labels,
                           const KnnOptions& options);

}  // namespace nepa::evaluate

#endif  // NEPA_WORKER_TRAIN_EVALUATE_KNN_H_
