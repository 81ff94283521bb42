#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "worker/train/kernels/layer_norm.h"
#include "worker/train/kernels/residual.h"
#include "worker/train/kernels/update.h"
#include "worker/train/model/fused_block.h"

namespace nepa::model {
namespace {

template <typename Real>
Real* Data(const at::Tensor& tensor) {
  return static_cast<Real*>(tensor.data_ptr());
}
const float* Values(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr;
}
const float* From(const at::Tensor& factors, int64_t r) {
  return factors.defined() ? factors.const_data_ptr<float>() + r : nullptr;
}

// Gradients of vectors as sums over rows: each tile has its own, added up in order at the end, so
// that the result does not depend on which thread was first.
struct Sums {
  Sums(int64_t tiles, int64_t D, int64_t mlp_inputs)
      : width(9 * D + mlp_inputs), D(D), all(at::zeros({tiles, width}, at::kFloat)) {}

  float* At(int64_t tile, int64_t offset) const {
    return all.data_ptr<float>() + tile * width + offset;
  }
  float* norm_before_weight(int64_t tile) const { return At(tile, 0); }
  float* norm_before_bias(int64_t tile) const { return At(tile, D); }
  float* norm_after_weight(int64_t tile) const { return At(tile, 2 * D); }
  float* norm_after_bias(int64_t tile) const { return At(tile, 3 * D); }
  float* attention_output_bias(int64_t tile) const { return At(tile, 4 * D); }
  float* mlp_output_bias(int64_t tile) const { return At(tile, 5 * D); }
  float* qkv_bias(int64_t tile) const { return At(tile, 6 * D); }
  float* mlp_input_bias(int64_t tile) const { return At(tile, 9 * D); }

  void AddTo(const float* column, const at::Tensor& target) const {
    if (!target.defined()) return;
    kernels::SumRows(column, width, all.size(0), target.numel(), target.data_ptr<float>());
  }

  int64_t width, D;
  at::Tensor all;
};

template <typename Real>
class Backward {
 public:
  Backward(const BlockCall& call, const PackedBlock<Real>& packed, const BlockTrace& trace,
           const at::Tensor& d_out, const Sums& sums)
      : call_(call),
        packed_(packed),
        trace_(trace),
        sums_(sums),
        p_(*call.parameters),
        D_(call.config->hidden_size),
        F_(call.config->intermediate_size),
        inputs_(p_.mlp_input_weight.size(0)),
        eps_(static_cast<float>(call.config->layer_norm_eps)),
        d_out_(d_out) {
    const int64_t M = call.rows();
    const auto real = TypeOf<Real>();
    dx = at::empty({M, D_}, at::kFloat);
    d_mlp_MD = at::empty({M, D_}, real);
    d_before_MF = at::empty({M, inputs_}, real);
    d_attention_MD = at::empty({M, D_}, real);
    d_mixed_MD = at::empty({M, D_}, real);
    d_qkv_M3D = at::empty({M, 3 * D_}, real);
  }

  // From d_out to the gradient of the attention's output, through the MLP branch.
  void MlpAndOutput(int64_t tile, int64_t r, int64_t rows) const {
    Real* d_mlp = Data<Real>(d_mlp_MD) + r * D_;
    Real* d_before = Data<Real>(d_before_MF) + r * inputs_;
    Real* d_attention = Data<Real>(d_attention_MD) + r * D_;
    float* middle = Data<float>(dx) + r * D_;
    const float* d_out = Values(d_out_) + r * D_;
    kernels::ScaleAndSumRows(d_out, rows, D_, From(call_.mlp_factors, r), d_mlp,
                             sums_.mlp_output_bias(tile));
    Activation(tile, r, rows, d_mlp, d_before);
    float* product = Scratch<float>(9, rows * D_);
    MultiplyAll(packed_.mlp_input_back, rows, d_before, product);
    kernels::LayerNormBackwardRows(Values(trace_.middle_MD) + r * D_, product, rows, D_,
                                   Values(p_.norm_after.weight), eps_, d_out, middle,
                                   sums_.norm_after_weight(tile), sums_.norm_after_bias(tile));
    kernels::ScaleAndSumRows(middle, rows, D_, From(call_.attention_factors, r), d_attention,
                             sums_.attention_output_bias(tile));
    const PackedMatrix<Real>& w = packed_.attention_output_back;
    for (int64_t i = 0; i < w.panels(); ++i) {
      Multiply(rows, w.width, D_, d_attention, D_, w.panel(i), w.width, product, w.width, false);
      kernels::AddBiasRows(product, w.width, rows, w.width, nullptr,
                           Data<Real>(d_mixed_MD) + r * D_ + i * w.width, D_);
    }
  }

  // From d_qkv to dx, which holds the gradient of the residual stream between the branches.
  void QkvAndNorm(int64_t tile, int64_t r, int64_t rows) const {
    const Real* d_qkv = Data<Real>(d_qkv_M3D) + r * 3 * D_;
    float* out = Data<float>(dx) + r * D_;
    kernels::SumRows(d_qkv, 3 * D_, rows, 3 * D_, sums_.qkv_bias(tile));
    float* product = Scratch<float>(9, rows * D_);
    MultiplyAll(packed_.qkv_back, rows, d_qkv, product);
    kernels::LayerNormBackwardRows(Values(trace_.x_MD) + r * D_, product, rows, D_,
                                   Values(p_.norm_before.weight), eps_, out, out,
                                   sums_.norm_before_weight(tile), sums_.norm_before_bias(tile));
  }

  at::Tensor dx;
  at::Tensor d_mlp_MD, d_before_MF, d_attention_MD, d_mixed_MD, d_qkv_M3D;

 private:
  void MultiplyAll(const PackedMatrix<Real>& b, int64_t rows, const Real* a, float* product) const {
    for (int64_t i = 0; i < b.panels(); ++i) {
      Multiply(rows, b.width, b.K, a, b.K, b.panel(i), b.width, product + i * b.width, b.N, false);
    }
  }

  void Activation(int64_t tile, int64_t r, int64_t rows, const Real* d_mlp, Real* d_before) const {
    const PackedMatrix<Real>& w = packed_.mlp_output_back;
    float* product = Scratch<float>(8, rows * w.width);
    const Real* slopes = Data<Real>(trace_.slopes_MF) + r * inputs_;
    float* bias = sums_.mlp_input_bias(tile);
    for (int64_t i = 0; i < w.panels(); ++i) {
      const int64_t n = i * w.width;
      Multiply(rows, w.width, D_, d_mlp, D_, w.panel(i), w.width, product, w.width, false);
      if (call_.config->use_gated_mlp) {
        kernels::ActivateGatedBackwardRows(product, w.width, rows, w.width, slopes + n,
                                           slopes + F_ + n, d_before + n, d_before + F_ + n,
                                           inputs_, bias + n, bias + F_ + n);
      } else {
        kernels::ActivateBackwardRows(product, w.width, rows, w.width, slopes + n, d_before + n,
                                      inputs_, bias + n);
      }
    }
  }

  const BlockCall& call_;
  const PackedBlock<Real>& packed_;
  const BlockTrace& trace_;
  const Sums& sums_;
  const BlockParameters& p_;
  int64_t D_, F_, inputs_;
  float eps_;
  at::Tensor d_out_;
};

// The gradients above are of scale * (W x + b) taken as one map; this gives those of W, b and
// scale.
void Unscale(const Linear& linear, const at::Tensor& scale, const Linear& gradient,
             const at::Tensor& d_scale) {
  if (!scale.defined()) return;
  const int64_t rows = linear.weight.size(0);
  const int64_t columns = linear.weight.size(1);
  constexpr int64_t kRows = 32;
  ParallelTiles((rows + kRows - 1) / kRows, [&](int64_t i) {
    const int64_t r = i * kRows;
    kernels::UnscaleRows(std::min(kRows, rows - r), columns, Values(linear.weight) + r * columns,
                         Values(linear.bias) + r, Values(scale) + r,
                         Data<float>(gradient.weight) + r * columns, Data<float>(gradient.bias) + r,
                         Data<float>(d_scale) + r);
  });
}

NormGradients GradientsOf(const Norm& query, const Norm& key) {
  const auto place = [](const at::Tensor& t) {
    return t.defined() ? t.data_ptr<float>() : nullptr;
  };
  return {place(query.weight), place(query.bias), place(key.weight), place(key.bias)};
}

}  // namespace

template <typename Real>
at::Tensor BlockBackward(const BlockCall& call, const PackedBlock<Real>& packed,
                         const BlockTrace& trace, const at::Tensor& d_out_MD,
                         BlockParameters& gradients) {
  const BlockParameters& p = *call.parameters;
  const int64_t M = call.rows();
  const int64_t D = call.config->hidden_size;
  const int64_t F = call.config->intermediate_size;
  const int64_t inputs = p.mlp_input_weight.size(0);
  const int64_t height = TileRows(M);
  const int64_t tiles = (M + height - 1) / height;
  const Sums sums(tiles, D, inputs);
  const Backward<Real> backward(call, packed, trace, d_out_MD, sums);
  ParallelTiles(tiles, [&](int64_t i) {
    backward.MlpAndOutput(i, i * height, std::min(height, M - i * height));
  });
  AttentionBackward<Real>(
      call.attention, Data<Real>(trace.qkv_M3D), Data<Real>(trace.mixed_MD),
      Data<Real>(backward.d_mixed_MD),
      {Data<Real>(trace.queries_BHTE), Data<Real>(trace.keys_BHTE), Data<float>(trace.log_sum_BHT)},
      Data<Real>(backward.d_qkv_M3D), GradientsOf(gradients.query_norm, gradients.key_norm));
  ParallelTiles(tiles, [&](int64_t i) {
    backward.QkvAndNorm(i, i * height, std::min(height, M - i * height));
  });
  sums.AddTo(sums.norm_before_weight(0), gradients.norm_before.weight);
  sums.AddTo(sums.norm_before_bias(0), gradients.norm_before.bias);
  sums.AddTo(sums.norm_after_weight(0), gradients.norm_after.weight);
  sums.AddTo(sums.norm_after_bias(0), gradients.norm_after.bias);
  sums.AddTo(sums.attention_output_bias(0), gradients.attention_output.bias);
  sums.AddTo(sums.mlp_output_bias(0), gradients.mlp_output.bias);
  sums.AddTo(sums.qkv_bias(0), gradients.qkv_bias);
  sums.AddTo(sums.mlp_input_bias(0), gradients.mlp_input_bias);
  WeightGradient(Data<Real>(backward.d_mlp_MD), D, Data<Real>(trace.after_MF), F, M,
                 Data<float>(gradients.mlp_output.weight));
  WeightGradient(Data<Real>(backward.d_before_MF), inputs, Data<Real>(trace.middle_normed_MD), D, M,
                 Data<float>(gradients.mlp_input_weight));
  WeightGradient(Data<Real>(backward.d_attention_MD), D, Data<Real>(trace.mixed_MD), D, M,
                 Data<float>(gradients.attention_output.weight));
  WeightGradient(Data<Real>(backward.d_qkv_M3D), 3 * D, Data<Real>(trace.normed_MD), D, M,
                 Data<float>(gradients.qkv_weight));
  Unscale(p.mlp_output, p.mlp_scale, gradients.mlp_output, gradients.mlp_scale);
  Unscale(p.attention_output, p.attention_scale, gradients.attention_output,
          gradients.attention_scale);
  return backward.dx;
}

template at::Tensor BlockBackward<float>(const BlockCall&, const PackedBlock<float>&,
                                         const BlockTrace&, const at::Tensor&, BlockParameters&);
template at::Tensor BlockBackward<Bf16>(const BlockCall&, const PackedBlock<Bf16>&,
                                        const BlockTrace&, const at::Tensor&, BlockParameters&);

}  // namespace nepa::model
