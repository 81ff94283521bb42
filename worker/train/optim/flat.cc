#include "worker/train/optim/flat.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "worker/train/kernels/supported.h"

namespace nepa::optim {
namespace {

constexpr int64_t kStretch = 1 << 15;  // five arrays of this many float32 stay in the cache

}  // namespace

bool IsFlat(const at::Tensor& tensor) {
  return kernels::Supported() && tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat &&
         tensor.is_contiguous();
}

std::vector<Stretch> CutFlat(const std::vector<at::Tensor>& tensors) {
  std::vector<Stretch> stretches;
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (!tensors[i].defined()) continue;
    for (int64_t begin = 0; begin < tensors[i].numel(); begin += kStretch) {
      stretches.push_back({i, begin, std::min(kStretch, tensors[i].numel() - begin)});
    }
  }
  return stretches;
}

void ForEachStretch(const std::vector<Stretch>& stretches,
                    const std::function<void(size_t, const Stretch&)>& body) {
  at::parallel_for(0, static_cast<int64_t>(stretches.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      body(static_cast<size_t>(i), stretches[static_cast<size_t>(i)]);
    }
  });
}

void MarkWritten(const at::Tensor& tensor) { tensor.unsafeGetTensorImpl()->bump_version(); }

void MoveAverage(double share, const at::Tensor& weight, at::Tensor& average) {
  const at::NoGradGuard no_gradients;
  if (!IsFlat(weight) || !IsFlat(average)) {
    share == 1.0 ? average.copy_(weight) : average.lerp_(weight, share);
    return;
  }
  const auto* from = weight.const_data_ptr<float>();
  auto* to = average.data_ptr<float>();
  ForEachStretch(CutFlat({average}), [&](size_t, const Stretch& s) {
    kernels::UpdateAverage(static_cast<float>(share), s.count, from + s.begin, to + s.begin);
  });
  MarkWritten(average);
}

}  // namespace nepa::optim
