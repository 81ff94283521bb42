// A Batch as LibTorch tensors. The only file here that knows LibTorch: who includes it links
// nepa_torch.
#ifndef NEPA_WORKER_TRAIN_DATA_TENSORS_H_
#define NEPA_WORKER_TRAIN_DATA_TENSORS_H_

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include "worker/train/data/batch.h"

namespace nepa::data {

// pixels_BCHW, float32 on the CPU, sharing the batch's memory: the tensor keeps it alive.
inline at::Tensor PixelTensor(const Batch& batch) {
  auto keep = batch.pixels;
  return at::from_blob(
      keep.get(), {batch.size(), batch.channels, batch.image_size, batch.image_size},
      [keep](void*) mutable { keep.reset(); }, at::TensorOptions(at::kFloat));
}

// labels_B, int64 on the CPU; a copy.
inline at::Tensor LabelTensor(const Batch& batch) {
  return at::from_blob(const_cast<int64_t*>(batch.labels.data()), {batch.size()},
                       at::TensorOptions(at::kLong))
      .clone();
}

// targets_BK, float32 on the CPU, of FillTargets().
inline at::Tensor TargetTensor(const Batch& batch, int64_t class_count, double smoothing) {
  at::Tensor targets = at::empty({batch.size(), class_count}, at::TensorOptions(at::kFloat));
  FillTargets(batch, class_count, smoothing,
              {targets.data_ptr<float>(), static_cast<size_t>(targets.numel())});
  return targets;
}

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_TENSORS_H_
