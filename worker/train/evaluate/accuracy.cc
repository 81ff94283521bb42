#include "worker/train/evaluate/accuracy.h"

#include <ATen/ops/lt.h>
#include <ATen/ops/sum.h>

namespace nepa::evaluate {

void CountCorrect(const at::Tensor& logits, const at::Tensor& labels, AccuracyCounts& counts) {
  const at::Tensor scores_BK = logits.to(at::kFloat);
  const at::Tensor own_B1 = scores_BK.gather(1, labels.unsqueeze(1));
  // Counted from below, so that a NaN is better than nothing and worse than everything: wrong.
  const at::Tensor worse_B = scores_BK.lt(own_B1).sum(1);
  const int64_t other_classes = scores_BK.size(1) - 1;
  counts.images += scores_BK.size(0);
  counts.top1_correct += worse_B.gt(other_classes - 1).sum().item<int64_t>();
  counts.top5_correct += worse_B.gt(other_classes - 5).sum().item<int64_t>();
}

}  // namespace nepa::evaluate
