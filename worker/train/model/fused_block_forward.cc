#include <ATen/ops/empty.h>

#include <algorithm>

#include "worker/train/kernels/layer_norm.h"
#include "worker/train/kernels/residual.h"
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

// Row r of a factor per row, or null.
const float* From(const at::Tensor& factors, int64_t r) {
  return factors.defined() ? factors.const_data_ptr<float>() + r : nullptr;
}

// The phases of one block, each over a tile of rows.
template <typename Real>
class Forward {
 public:
  Forward(const BlockCall& call, const PackedBlock<Real>& packed, const at::Tensor& x,
          const BlockTrace& trace, const at::Tensor& out)
      : call_(call),
        packed_(packed),
        p_(*call.parameters),
        D_(call.config->hidden_size),
        F_(call.config->intermediate_size),
        eps_(static_cast<float>(call.config->layer_norm_eps)),
        curve_(call.config->hidden_act == config::Activation::kGelu ? kernels::Curve::kGelu
                                                                    : kernels::Curve::kSilu),
        x_(Data<float>(x)),
        normed_(Data<Real>(trace.normed_MD)),
        qkv_(Data<Real>(trace.qkv_M3D)),
        mixed_(Data<Real>(trace.mixed_MD)),
        middle_(Data<float>(trace.middle_MD)),
        middle_normed_(Data<Real>(trace.middle_normed_MD)),
        slopes_(Data<Real>(trace.slopes_MF)),
        after_(Data<Real>(trace.after_MF)),
        out_(Data<float>(out)) {}

  // normed = LN1(x), qkv = normed W^T + b
  void NormAndQkv(int64_t r, int64_t rows) const {
    const PackedMatrix<Real>& w = packed_.qkv;
    Real* y = normed_ + r * D_;
    kernels::LayerNormRows(x_ + r * D_, rows, D_, Values(p_.norm_before.weight),
                           Values(p_.norm_before.bias), eps_, y);
    float* product = Scratch<float>(8, rows * w.width);
    const float* bias = Values(p_.qkv_bias);
    for (int64_t i = 0; i < w.panels(); ++i) {
      const int64_t n = i * w.width;
      Multiply(rows, w.width, D_, y, D_, w.panel(i), w.width, product, w.width, false);
      kernels::AddBiasRows(product, w.width, rows, w.width, bias != nullptr ? bias + n : nullptr,
                           qkv_ + r * 3 * D_ + n, 3 * D_);
    }
  }

  // middle = x + ls1 (mixed Wo^T + bo); out = middle + ls2 mlp(LN2(middle))
  void OutputAndMlp(int64_t r, int64_t rows) const {
    float* product = Scratch<float>(9, rows * D_);
    float* middle = middle_ + r * D_;
    Real* y = middle_normed_ + r * D_;
    MultiplyAll(packed_.attention_output, rows, mixed_ + r * D_, product);
    kernels::AddBranchRows(x_ + r * D_, product, rows, D_, Values(packed_.attention_bias),
                           From(call_.attention_factors, r), middle);
    kernels::LayerNormRows(middle, rows, D_, Values(p_.norm_after.weight),
                           Values(p_.norm_after.bias), eps_, y);
    if (call_.config->use_gated_mlp) {
      GatedInput(r, rows, y);
    } else {
      PlainInput(r, rows, y);
    }
    MultiplyAll(packed_.mlp_output, rows, after_ + r * F_, product);
    kernels::AddBranchRows(middle, product, rows, D_, Values(packed_.mlp_bias),
                           From(call_.mlp_factors, r), out_ + r * D_);
  }

 private:
  // product [rows, N] = a [rows, K] B
  void MultiplyAll(const PackedMatrix<Real>& b, int64_t rows, const Real* a, float* product) const {
    for (int64_t i = 0; i < b.panels(); ++i) {
      Multiply(rows, b.width, b.K, a, b.K, b.panel(i), b.width, product + i * b.width, b.N, false);
    }
  }

  void PlainInput(int64_t r, int64_t rows, const Real* y) const {
    const PackedMatrix<Real>& w = packed_.mlp_input;
    float* product = Scratch<float>(8, rows * w.width);
    for (int64_t i = 0; i < w.panels(); ++i) {
      const int64_t n = i * w.width;
      Multiply(rows, w.width, D_, y, D_, w.panel(i), w.width, product, w.width, false);
      kernels::ActivateRows(curve_, product, w.width, rows, w.width, Values(p_.mlp_input_bias) + n,
                            slopes_ + r * F_ + n, after_ + r * F_ + n, F_);
    }
  }

  void GatedInput(int64_t r, int64_t rows, const Real* y) const {
    const PackedMatrix<Real>& w = packed_.mlp_input;
    float* gate = Scratch<float>(8, 2 * rows * w.width);
    float* up = gate + rows * w.width;
    const int64_t panels = w.panels() / 2;  // of the gate, then as many of up
    const float* bias = Values(p_.mlp_input_bias);
    for (int64_t i = 0; i < panels; ++i) {
      const int64_t n = i * w.width;
      Multiply(rows, w.width, D_, y, D_, w.panel(i), w.width, gate, w.width, false);
      Multiply(rows, w.width, D_, y, D_, w.panel(panels + i), w.width, up, w.width, false);
      Real* slopes = slopes_ + r * 2 * F_ + n;
      kernels::ActivateGatedRows(curve_, gate, up, w.width, rows, w.width, bias + n, bias + F_ + n,
                                 slopes, slopes + F_, 2 * F_, after_ + r * F_ + n, F_);
    }
  }

  const BlockCall& call_;
  const PackedBlock<Real>& packed_;
  const BlockParameters& p_;
  int64_t D_, F_;
  float eps_;
  kernels::Curve curve_;
  const float* x_;
  Real *normed_, *qkv_;
  const Real* mixed_;
  float* middle_;
  Real *middle_normed_, *slopes_, *after_;
  float* out_;
};

}  // namespace

template <typename Real>
void BlockForward(const BlockCall& call, const PackedBlock<Real>& packed, const at::Tensor& x_MD,
                  BlockTrace& trace, at::Tensor& out_MD) {
  const int64_t M = call.rows();
  const int64_t D = call.config->hidden_size;
  const int64_t F = call.config->intermediate_size;
  const auto real = TypeOf<Real>();
  trace.x_MD = x_MD;
  trace.normed_MD = at::empty({M, D}, real);
  trace.qkv_M3D = at::empty({M, 3 * D}, real);
  trace.queries_BHTE = at::empty({M, D}, real);
  trace.keys_BHTE = at::empty({M, D}, real);
  trace.mixed_MD = at::empty({M, D}, real);
  trace.log_sum_BHT = at::empty({M * call.attention.heads}, at::kFloat);
  trace.middle_MD = at::empty({M, D}, at::kFloat);
  trace.middle_normed_MD = at::empty({M, D}, real);
  trace.slopes_MF = at::empty({M, call.parameters->mlp_input_weight.size(0)}, real);
  trace.after_MF = at::empty({M, F}, real);
  const Forward<Real> forward(call, packed, x_MD, trace, out_MD);
  const int64_t height = TileRows(M);
  const int64_t tiles = (M + height - 1) / height;
  ParallelTiles(
      tiles, [&](int64_t i) { forward.NormAndQkv(i * height, std::min(height, M - i * height)); });
  AttentionForward<Real>(call.attention, Data<Real>(trace.qkv_M3D), Data<Real>(trace.mixed_MD),
                         {Data<Real>(trace.queries_BHTE), Data<Real>(trace.keys_BHTE),
                          Data<float>(trace.log_sum_BHT)});
  ParallelTiles(tiles, [&](int64_t i) {
    forward.OutputAndMlp(i * height, std::min(height, M - i * height));
  });
}

template void BlockForward<float>(const BlockCall&, const PackedBlock<float>&, const at::Tensor&,
                                  BlockTrace&, at::Tensor&);
template void BlockForward<Bf16>(const BlockCall&, const PackedBlock<Bf16>&, const at::Tensor&,
                                 BlockTrace&, at::Tensor&);

}  // namespace nepa::model
