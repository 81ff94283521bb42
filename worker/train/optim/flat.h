// Passes over parameters as stretches of plain memory, in parallel; LibTorch's operators where the
// memory is not plain or the processor has no kernels for it.
#ifndef NEPA_WORKER_TRAIN_OPTIM_FLAT_H_
#define NEPA_WORKER_TRAIN_OPTIM_FLAT_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "worker/train/kernels/update.h"

namespace nepa::optim {

// True for contiguous float32 on this CPU with kernels.
bool IsFlat(const at::Tensor& tensor);

// A stretch of one tensor.
struct Stretch {
  size_t tensor = 0;
  int64_t begin = 0, count = 0;
};

// All of `tensors` (undefined ones left out) in stretches that fit the cache.
std::vector<Stretch> CutFlat(const std::vector<at::Tensor>& tensors);

// Runs `body(i, stretch)` for every stretch, on LibTorch's threads.
void ForEachStretch(const std::vector<Stretch>& stretches,
                    const std::function<void(size_t, const Stretch&)>& body);

// Tells autograd and whoever keeps copies that the tensor was written to behind its back.
void MarkWritten(const at::Tensor& tensor);

// average += share * (weight - average); share 1 copies.
void MoveAverage(double share, const at::Tensor& weight, at::Tensor& average);

}  // namespace nepa::optim

#endif  // NEPA_WORKER_TRAIN_OPTIM_FLAT_H_
