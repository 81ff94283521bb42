#include "worker/train/model/fused_ends.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cstring>

#include "worker/train/kernels/layer_norm.h"
#include "worker/train/kernels/packing.h"
#include "worker/train/kernels/patches.h"
#include "worker/train/kernels/residual.h"
#include "worker/train/model/fused_block.h"

namespace nepa::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

template <typename Real>
Real* Data(const at::Tensor& tensor) {
  return static_cast<Real*>(tensor.data_ptr());
}

// patches [B * N, columns], each image cut on its own.
template <typename Real>
at::Tensor CutImages(const config::ModelConfig& config, const at::Tensor& pixels_BCHW) {
  const kernels::PatchGrid grid{pixels_BCHW.size(1),
                                pixels_BCHW.size(2),
                                pixels_BCHW.size(3),
                                config.patch_size,
                                pixels_BCHW.size(2) / config.patch_size,
                                pixels_BCHW.size(3) / config.patch_size};
  const int64_t columns = PatchColumns(config);
  const int64_t N = grid.rows * grid.columns;
  const at::Tensor patches = at::empty({pixels_BCHW.size(0) * N, columns}, TypeOf<Real>());
  const int64_t image = grid.channels * grid.height * grid.width;
  ParallelTiles(pixels_BCHW.size(0), [&](int64_t b) {
    kernels::ExtractPatches(grid, Data<float>(pixels_BCHW) + b * image,
                            Data<Real>(patches) + b * N * columns, columns);
  });
  return patches;
}

template <typename Real>
struct Embed : public Function<Embed<Real>> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& cls_token,
                            const at::Tensor& weight, const at::Tensor& bias,
                            const at::Tensor& patches, const PackedMatrix<Real>& packed,
                            int64_t images) {
    const int64_t D = packed.N;
    const int64_t N = patches.size(0) / images;
    const at::Tensor out = at::empty({images, N + 1, D}, at::kFloat);
    ParallelTiles(images, [&](int64_t b) {
      float* place = Data<float>(out) + b * (N + 1) * D;
      std::memcpy(place, cls_token.const_data_ptr<float>(), static_cast<size_t>(D) * sizeof(float));
      place += D;
      for (int64_t i = 0; i < packed.panels(); ++i) {
        Multiply(N, packed.width, packed.K, Data<Real>(patches) + b * N * packed.K, packed.K,
                 packed.panel(i), packed.width, place + i * packed.width, D, false);
      }
      kernels::AddBiasRows(place, D, N, D, bias.const_data_ptr<float>(), place, D);
    });
    ctx->saved_data["patches"] = patches;
    ctx->saved_data["sizes"] = weight.sizes().vec();
    return out;
  }

  static variable_list backward(AutogradContext* ctx, variable_list d_out) {
    const at::Tensor patches = ctx->saved_data["patches"].toTensor();
    const std::vector<int64_t> sizes = ctx->saved_data["sizes"].toIntVector();
    const at::Tensor d_BTD = d_out[0].contiguous();
    const int64_t images = d_BTD.size(0), N = d_BTD.size(1) - 1, D = d_BTD.size(2);
    const at::Tensor d_patches = at::empty({images * N, D}, TypeOf<Real>());
    const at::Tensor sums = at::zeros({images, D}, at::kFloat);
    const float* d = Data<float>(d_BTD);
    ParallelTiles(images, [&](int64_t b) {
      kernels::ScaleAndSumRows(d + (b * (N + 1) + 1) * D, N, D, nullptr,
                               Data<Real>(d_patches) + b * N * D, Data<float>(sums) + b * D);
    });
    const at::Tensor d_cls = at::zeros({1, 1, D}, at::kFloat);
    const at::Tensor d_bias = at::zeros({D}, at::kFloat);
    kernels::SumRows(d, (N + 1) * D, images, D, Data<float>(d_cls));
    kernels::SumRows(Data<float>(sums), D, images, D, Data<float>(d_bias));
    at::Tensor d_weight;
    if (ctx->needs_input_grad(1)) {
      const int64_t columns = patches.size(1);
      const at::Tensor wide = at::empty({D, columns}, at::kFloat);
      WeightGradient(Data<Real>(d_patches), D, Data<Real>(patches), columns, images * N,
                     Data<float>(wide));
      const int64_t used = sizes[1] * sizes[2] * sizes[3];
      d_weight = wide.narrow(1, 0, used).contiguous().view(sizes);
    }
    return {d_cls, d_weight, d_bias, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

struct FinalNorm : public Function<FinalNorm> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, double eps) {
    const int64_t D = x.size(-1);
    const int64_t M = x.numel() / D;
    const int64_t height = TileRows(M);
    const at::Tensor y = at::empty_like(x);
    ParallelTiles((M + height - 1) / height, [&](int64_t i) {
      const int64_t r = i * height;
      kernels::LayerNormRows(Data<float>(x) + r * D, std::min(height, M - r), D,
                             Data<float>(weight), Data<float>(bias), static_cast<float>(eps),
                             Data<float>(y) + r * D);
    });
    ctx->save_for_backward({x, weight});
    ctx->saved_data["eps"] = eps;
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list d_out) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor& x = saved[0];
    const auto eps = static_cast<float>(ctx->saved_data["eps"].toDouble());
    const at::Tensor dy = d_out[0].contiguous();
    const int64_t D = x.size(-1);
    const int64_t M = x.numel() / D;
    const int64_t height = TileRows(M);
    const int64_t tiles = (M + height - 1) / height;
    const at::Tensor dx = at::empty_like(x);
    const at::Tensor sums = at::zeros({tiles, 2 * D}, at::kFloat);
    ParallelTiles(tiles, [&](int64_t i) {
      const int64_t r = i * height;
      float* mine = Data<float>(sums) + i * 2 * D;
      kernels::LayerNormBackwardRows(Data<float>(x) + r * D, Data<float>(dy) + r * D,
                                     std::min(height, M - r), D, Data<float>(saved[1]), eps,
                                     nullptr, Data<float>(dx) + r * D, mine, mine + D);
    });
    const at::Tensor d_weight = at::zeros({D}, at::kFloat);
    const at::Tensor d_bias = at::zeros({D}, at::kFloat);
    kernels::SumRows(Data<float>(sums), 2 * D, tiles, D, Data<float>(d_weight));
    kernels::SumRows(Data<float>(sums) + D, 2 * D, tiles, D, Data<float>(d_bias));
    return {dx, d_weight, d_bias, at::Tensor()};
  }
};

}  // namespace

int64_t PatchColumns(const config::ModelConfig& config) {
  return RoundUp(config.num_channels * config.patch_size * config.patch_size, 32);
}

template <typename Real>
void PackPatchWeight(const config::ModelConfig& config, const Parameters& parameters,
                     PackedMatrix<Real>& packed) {
  const int64_t D = config.hidden_size;
  const int64_t used = config.num_channels * config.patch_size * config.patch_size;
  if (!packed.memory.defined()) packed = MakePacked<Real>(PatchColumns(config), D);
  const float* weight = parameters.patch.weight.const_data_ptr<float>();
  ParallelTiles(packed.panels(), [&](int64_t i) {
    const int64_t n = i * packed.width;
    kernels::PackTransposed(weight + n * used, used, used, packed.K, packed.width, packed.width,
                            static_cast<const float*>(nullptr), packed.data() + n * packed.K);
  });
}

template <typename Real>
at::Tensor FusedEmbed(const config::ModelConfig& config, const Parameters& parameters,
                      const PackedMatrix<Real>& packed, const at::Tensor& pixels_BCHW) {
  const at::Tensor patches = CutImages<Real>(config, pixels_BCHW.contiguous());
  return Embed<Real>::apply(parameters.cls_token, parameters.patch.weight, parameters.patch.bias,
                            patches, packed, pixels_BCHW.size(0));
}

at::Tensor FusedNorm(const Norm& norm, double eps, const at::Tensor& x_BTD) {
  return FinalNorm::apply(x_BTD, norm.weight, norm.bias, eps);
}

template void PackPatchWeight<float>(const config::ModelConfig&, const Parameters&,
                                     PackedMatrix<float>&);
template void PackPatchWeight<Bf16>(const config::ModelConfig&, const Parameters&,
                                    PackedMatrix<Bf16>&);
template at::Tensor FusedEmbed<float>(const config::ModelConfig&, const Parameters&,
                                      const PackedMatrix<float>&, const at::Tensor&);
template at::Tensor FusedEmbed<Bf16>(const config::ModelConfig&, const Parameters&,
                                     const PackedMatrix<Bf16>&, const at::Tensor&);

}  // namespace nepa::model
