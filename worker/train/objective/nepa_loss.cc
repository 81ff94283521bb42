#include "worker/train/objective/nepa_loss.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/scalar_tensor.h>
#include <torch/csrc/autograd/custom_function.h>

#include <vector>

#include "worker/train/kernels/cosine.h"
#include "worker/train/kernels/supported.h"

namespace nepa::objective {
namespace {

constexpr double kNormEps = 1e-12;

at::Tensor Normalized(const at::Tensor& x) {
  return x /
         at::linalg_vector_norm(x, 2, at::IntArrayRef{-1}, /*keepdim=*/true).clamp_min(kNormEps);
}

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

// The same in one pass over the rows, image by image.
struct FusedLoss : public Function<FusedLoss> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& input_BTD,
                            const at::Tensor& predicted_BTD) {
    const int64_t B = input_BTD.size(0), T = input_BTD.size(1), D = input_BTD.size(2);
    const auto* target = input_BTD.const_data_ptr<float>();
    const auto* predicted = predicted_BTD.const_data_ptr<float>();
    std::vector<double> sums(static_cast<size_t>(B));
    at::parallel_for(0, B, 1, [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; ++b) {
        sums[static_cast<size_t>(b)] = kernels::CosineSum(target + b * T * D, predicted + b * T * D,
                                                          T, D, static_cast<float>(kNormEps));
      }
    });
    double total = 0.0;
    for (const double sum : sums) total += sum;
    ctx->save_for_backward({input_BTD.detach(), predicted_BTD});
    return at::scalar_tensor(-total / static_cast<double>(B * (T - 1)), at::kFloat);
  }

  static variable_list backward(AutogradContext* ctx, variable_list d_loss) {
    const variable_list saved = ctx->get_saved_variables();
    const int64_t B = saved[0].size(0), T = saved[0].size(1), D = saved[0].size(2);
    const double scale = -d_loss[0].item<double>() / static_cast<double>(B * (T - 1));
    const at::Tensor d_predicted = at::empty_like(saved[1]);
    const auto* target = saved[0].const_data_ptr<float>();
    const auto* predicted = saved[1].const_data_ptr<float>();
    auto* out = d_predicted.data_ptr<float>();
    at::parallel_for(0, B, 1, [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; ++b) {
        kernels::CosineSumBackward(target + b * T * D, predicted + b * T * D, T, D,
                                   static_cast<float>(kNormEps), static_cast<float>(scale),
                                   out + b * T * D);
      }
    });
    return {at::Tensor(), d_predicted};
  }
};

bool Plain(const at::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous();
}

}  // namespace

at::Tensor NepaLoss(const at::Tensor& input_embedding_BTD,
                    const at::Tensor& last_hidden_state_BTD) {
  if (kernels::Supported() && Plain(input_embedding_BTD) && Plain(last_hidden_state_BTD)) {
    return FusedLoss::apply(input_embedding_BTD.detach(), last_hidden_state_BTD);
  }
  const int64_t last = input_embedding_BTD.size(1) - 1;
  const at::Tensor target = Normalized(input_embedding_BTD.detach().narrow(1, 1, last));
  const at::Tensor predicted = Normalized(last_hidden_state_BTD.narrow(1, 0, last));
  return -(predicted * target).sum(-1).mean();
}

}  // namespace nepa::objective
