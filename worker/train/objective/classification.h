// The loss of fine-tuning. Pure. Letters of shapes: B images, K classes.
#ifndef NEPA_WORKER_TRAIN_OBJECTIVE_CLASSIFICATION_H_
#define NEPA_WORKER_TRAIN_OBJECTIVE_CLASSIFICATION_H_

#include <ATen/core/Tensor.h>

namespace nepa::objective {

// [B] int64 -> [B, K] float32: 1 at the label, then mixed with the uniform distribution:
// (1 - smoothing) * one_hot + smoothing / K.
at::Tensor SmoothTargets(const at::Tensor& labels_B, int64_t classes, double smoothing);

// Mean over images of -sum_k target_k log softmax(logits)_k; a differentiable scalar.
at::Tensor SoftCrossEntropy(const at::Tensor& logits_BK, const at::Tensor& targets_BK);

// Mean cross entropy with labels [B] int64, as torch's cross_entropy with label_smoothing.
at::Tensor CrossEntropy(const at::Tensor& logits_BK, const at::Tensor& labels_B,
                        double smoothing = 0.0);

}  // namespace nepa::objective

#endif  // NEPA_WORKER_TRAIN_OBJECTIVE_CLASSIFICATION_H_
