#include "worker/train/evaluate/knn.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace nepa::evaluate {
namespace {

// What a feature is divided by, [N, 1].
at::Tensor Lengths(const at::Tensor& features) {
  return features.norm(2, {1}, /*keepdim=*/true).clamp_min(1e-12);
}

// Each class's sum of weights, [Q, class_count]. Weights are taken relative to the nearest
// neighbour's, which changes no comparison and lets any temperature stay within float32.
at::Tensor Votes(const at::Tensor& gallery_GD, const at::Tensor& gallery_labels,
                 const at::Tensor& queries_QD, const KnnOptions& options) {
  const int64_t k = std::min(options.k, gallery_GD.size(0));
  const auto [cosine_Qk, neighbour_Qk] = at::topk(at::mm(queries_QD, gallery_GD.t()), k, 1);
  const at::Tensor weight_Qk =
      ((cosine_Qk - cosine_Qk.narrow(1, 0, 1)) / options.temperature).exp();
  const at::Tensor class_Qk =
      gallery_labels.index_select(0, neighbour_Qk.reshape({-1})).view_as(neighbour_Qk);
  return at::zeros({queries_QD.size(0), options.class_count}, weight_Qk.options())
      .scatter_add_(1, class_Qk, weight_Qk);
}

void CountVotes(const at::Tensor& votes_QK, const at::Tensor& labels, AccuracyCounts& counts) {
  const at::Tensor label_Q1 = labels.unsqueeze(1);
  const at::Tensor own_Q1 = votes_QK.gather(1, label_Q1);
  const at::Tensor class_K = at::arange(votes_QK.size(1), labels.options());
  const at::Tensor better_QK =
      votes_QK.gt(own_Q1).logical_or(votes_QK.eq(own_Q1).logical_and(class_K.lt(label_Q1)));
  const at::Tensor better_Q = better_QK.sum(1);
  // A class without a single neighbour isn't named, and features that aren't numbers vote for none.
  const at::Tensor named_Q = own_Q1.squeeze(1).gt(0);
  counts.images += votes_QK.size(0);
  counts.top1_correct += better_Q.lt(1).logical_and(named_Q).sum().item<int64_t>();
  counts.top5_correct += better_Q.lt(5).logical_and(named_Q).sum().item<int64_t>();
}

}  // namespace

KnnGallery::KnnGallery(at::Tensor features, at::Tensor labels)
    : features_GD_(std::move(features)), labels_G_(std::move(labels)) {
  features_GD_.div_(Lengths(features_GD_));
}

AccuracyCounts KnnGallery::Accuracy(const at::Tensor& queries, const at::Tensor& query_labels,
                                    const KnnOptions& options) const {
  AccuracyCounts counts;
  for (int64_t first = 0; first < queries.size(0); first += options.queries_at_once) {
    const int64_t count = std::min(options.queries_at_once, queries.size(0) - first);
    const at::Tensor chunk_QD = queries.narrow(0, first, count);
    CountVotes(Votes(features_GD_, labels_G_, chunk_QD / Lengths(chunk_QD), options),
               query_labels.narrow(0, first, count), counts);
  }
  return counts;
}

}  // namespace nepa::evaluate
