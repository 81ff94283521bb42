#include "worker/train/objective/classification.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full.h>
#include <ATen/ops/log_softmax.h>

namespace nepa::objective {

at::Tensor SmoothTargets(const at::Tensor& labels_B, int64_t classes, double smoothing) {
  at::Tensor targets =
      at::full({labels_B.size(0), classes}, smoothing / static_cast<double>(classes),
               labels_B.options().dtype(at::kFloat));
  return targets.scatter_(1, labels_B.unsqueeze(1),
                          1.0 - smoothing + smoothing / static_cast<double>(classes));
}

at::Tensor SoftCrossEntropy(const at::Tensor& logits_BK, const at::Tensor& targets_BK) {
  return -(targets_BK * at::log_softmax(logits_BK, -1)).sum(-1).mean();
}

at::Tensor CrossEntropy(const at::Tensor& logits_BK, const at::Tensor& labels_B, double smoothing) {
  return at::cross_entropy_loss(logits_BK, labels_B, /*weight=*/{}, at::Reduction::Mean,
                                /*ignore_index=*/-100, smoothing);
}

}  // namespace nepa::objective
