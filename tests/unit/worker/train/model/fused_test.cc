// The fused kernels against the composition of LibTorch's operators, over the model's options.
#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/randn.h>
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "worker/train/kernels/supported.h"
#include "worker/train/model/fused_block.h"
#include "worker/train/model/vit_nepa.h"

namespace nepa::model {
namespace {

using config::ModelConfig;
using config::Precision;

ModelConfig Small() {
  ModelConfig config;
  config.hidden_size = 64;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 2;
  config.intermediate_size = 96;
  config.image_size = 28;
  config.patch_size = 7;
  config.num_channels = 1;
  config.initializer_range = 0.15;
  config.layerscale_value = 0.4;
  return config;
}

// Weights that leave no part of the model without effect: norms and biases too.
VitNepa MakeModel(const ModelConfig& config) {
  VitNepa model = VitNepa::Create(config, 7);
  at::manual_seed(3);
  for (const NamedTensor& parameter : model.parameters()) {
    if (parameter.tensor.dim() > 1) continue;
    at::Tensor weight = parameter.tensor.detach();
    weight.add_(at::randn(weight.sizes()) * 0.1);
  }
  return model;
}

struct Outcome {
  at::Tensor output;
  std::vector<at::Tensor> gradients;
};

Outcome Differentiate(const VitNepa& model, const at::Tensor& pixels, ForwardOptions options,
                      Engine engine) {
  options.engine = engine;
  for (const at::Tensor& tensor : model.tensors()) tensor.mutable_grad().reset();
  const ForwardResult result = model.Forward(pixels, options);
  const at::Tensor direction = result.last_hidden_state_BTD.detach().cos();
  (result.last_hidden_state_BTD * direction).sum().backward();
  Outcome outcome{result.last_hidden_state_BTD.detach(), {}};
  for (const at::Tensor& tensor : model.tensors()) outcome.gradients.push_back(tensor.grad());
  return outcome;
}

double Difference(const at::Tensor& a, const at::Tensor& b, double scale) {
  return (a - b).abs().max().item<double>() / scale;
}

void ExpectAlike(const ModelConfig& config, const ForwardOptions& options, int64_t side,
                 double output_bound, double gradient_bound) {
  ASSERT_TRUE(FusedSupports(config));
  const VitNepa model = MakeModel(config);
  const at::Tensor pixels = at::randn({5, config.num_channels, side, side});
  const Outcome expected = Differentiate(model, pixels, options, Engine::kComposed);
  const Outcome actual = Differentiate(model, pixels, options, Engine::kFastest);
  EXPECT_LE(Difference(actual.output, expected.output, expected.output.abs().max().item<double>()),
            output_bound);
  // A gradient that is 0 in exact arithmetic (of the key bias) is measured against the others.
  double largest = 0.0;
  for (const at::Tensor& g : expected.gradients) {
    if (g.defined()) largest = std::max(largest, g.abs().max().item<double>());
  }
  for (size_t i = 0; i < expected.gradients.size(); ++i) {
    if (!expected.gradients[i].defined()) continue;
    ASSERT_TRUE(actual.gradients[i].defined()) << model.parameters()[i].name;
    const double own = expected.gradients[i].abs().max().item<double>();
    EXPECT_LE(Difference(actual.gradients[i], expected.gradients[i], std::max(own, 1e-3 * largest)),
              gradient_bound)
        << model.parameters()[i].name;
  }
}

struct Variant {
  std::string name;
  std::function<void(ModelConfig&)> change;
};

class FusedTest : public testing::TestWithParam<Variant> {};

TEST_P(FusedTest, AgreesWithTheCompositionInFloat32) {
  ModelConfig config = Small();
  GetParam().change(config);
  ForwardOptions options;
  options.randomness =
      ForwardRandomness{.seed = 5, .step = 9, .first_position = 6, .rope_group = 8};
  ExpectAlike(config, options, config.image_size, 1e-5, 2e-5);
}

TEST_P(FusedTest, StaysNearTheCompositionInBfloat16) {
  ModelConfig config = Small();
  GetParam().change(config);
  ForwardOptions options;
  options.precision = Precision::kBf16;
  ExpectAlike(config, options, config.image_size, 3e-2, 8e-2);
}

INSTANTIATE_TEST_SUITE_P(
    Options, FusedTest,
    testing::Values(Variant{"Plain", [](ModelConfig&) {}},
                    Variant{"Bidirectional", [](ModelConfig& c) { c.is_causal = false; }},
                    Variant{"ManyTokens", [](ModelConfig& c) { c.image_size = 84; }},
                    Variant{"ManyTokensBidirectional",
                            [](ModelConfig& c) {
                              c.image_size = 84;
                              c.is_causal = false;
                            }},
                    Variant{"GatedSilu",
                            [](ModelConfig& c) {
                              c.use_gated_mlp = true;
                              c.hidden_act = config::Activation::kSilu;
                            }},
                    Variant{"GatedGelu", [](ModelConfig& c) { c.use_gated_mlp = true; }},
                    Variant{"PlainSilu",
                            [](ModelConfig& c) { c.hidden_act = config::Activation::kSilu; }},
                    Variant{"AffineQkNorm", [](ModelConfig& c) { c.qk_norm_affine = true; }},
                    Variant{"AffineQkNormWithBias",
                            [](ModelConfig& c) { c.qk_norm_affine = c.qk_norm_bias = true; }},
                    Variant{"NoQkNorm", [](ModelConfig& c) { c.qk_norm = false; }},
                    Variant{"NoQkvBias", [](ModelConfig& c) { c.qkv_bias = false; }},
                    Variant{"NoLayerScale", [](ModelConfig& c) { c.layerscale_value.reset(); }},
                    Variant{"StochasticDepth", [](ModelConfig& c) { c.drop_path_prob = 0.5; }},
                    Variant{"WideHeads", [](ModelConfig& c) { c.num_attention_heads = 1; }},
                    Variant{"NarrowHeads", [](ModelConfig& c) { c.num_attention_heads = 4; }},
                    Variant{"DeepMlp", [](ModelConfig& c) { c.intermediate_size = 1312; }},
                    Variant{"OddSizes",
                            [](ModelConfig& c) {
                              c.hidden_size = 48;
                              c.num_attention_heads = 3;
                              c.intermediate_size = 80;
                            }},
                    Variant{"ThreeChannels", [](ModelConfig& c) { c.num_channels = 3; }}),
    [](const auto& info) { return info.param.name; });

TEST(FusedRunTest, GivesTheSameBitsAgain) {
  const VitNepa model = MakeModel(Small());
  const at::Tensor pixels = at::randn({5, 1, 28, 28});
  ForwardOptions options;
  options.precision = Precision::kBf16;
  const Outcome first = Differentiate(model, pixels, options, Engine::kFastest);
  const Outcome second = Differentiate(model, pixels, options, Engine::kFastest);
  EXPECT_TRUE(first.output.equal(second.output));
  for (size_t i = 0; i < first.gradients.size(); ++i) {
    EXPECT_TRUE(first.gradients[i].equal(second.gradients[i])) << model.parameters()[i].name;
  }
}

TEST(FusedRunTest, NoticesThatWeightsWereWritten) {
  const VitNepa model = MakeModel(Small());
  const at::Tensor pixels = at::randn({2, 1, 28, 28});
  model.Forward(pixels);
  for (const at::Tensor& tensor : model.tensors()) tensor.detach().mul_(0.9);
  ForwardOptions composed;
  composed.engine = Engine::kComposed;
  const at::Tensor expected = model.Forward(pixels, composed).last_hidden_state_BTD;
  const at::Tensor actual = model.Forward(pixels).last_hidden_state_BTD;
  EXPECT_LE(Difference(actual, expected, 1.0), 1e-4);
}

// Counts the bytes of LibTorch's tensors while it lives.
class CountingAllocator final : public c10::Allocator {
 public:
  CountingAllocator() : before_(c10::GetCPUAllocator()) {
    current_ = peak_ = 0;
    c10::SetCPUAllocator(this, /*priority=*/1);
  }
  ~CountingAllocator() override { c10::SetCPUAllocator(before_, /*priority=*/1); }

  c10::DataPtr allocate(size_t bytes) override {
    char* const block = static_cast<char*>(std::aligned_alloc(kHead, (bytes / kHead + 2) * kHead));
    *reinterpret_cast<size_t*>(block) = bytes;
    current_ += bytes;
    peak_ = std::max<size_t>(peak_, current_);
    return {block + kHead, block + kHead, &Free, at::kCPU};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &Free; }
  void copy_data(void* to, const void* from, size_t bytes) const override {
    std::memcpy(to, from, bytes);
  }
  size_t peak() const { return peak_; }

 private:
  static constexpr size_t kHead = 64;
  static void Free(void* data) {
    char* const block = static_cast<char*>(data) - kHead;
    current_ -= *reinterpret_cast<size_t*>(block);
    std::free(block);
  }
  c10::Allocator* const before_;
  static inline std::atomic<size_t> current_, peak_;
};

TEST(FusedRunTest, WithoutGradientsKeepsAFewStatesAndNothingForBackward) {
  ModelConfig config = Small();
  config.num_hidden_layers = 8;
  const VitNepa model = MakeModel(config);
  constexpr int64_t kImages = 4000;
  const at::Tensor pixels = at::randn({kImages, 1, 28, 28});
  const at::NoGradGuard no_gradients;
  std::vector<at::Tensor> means_BD;
  ForwardOptions options;
  options.after_block = [&](int64_t block, const at::Tensor& hidden_BTD) {
    EXPECT_EQ(block, static_cast<int64_t>(means_BD.size()));
    means_BD.push_back(hidden_BTD.mean(1));
  };
  at::Tensor last_BTD;
  size_t peak = 0;
  {
    CountingAllocator allocator;
    last_BTD = model.Forward(pixels, options).last_hidden_state_BTD;
    peak = allocator.peak();
  }
  ASSERT_EQ(means_BD.size(), 8u);
  EXPECT_LT(peak, 8 * last_BTD.nbytes());

  // However many images go together, each comes out as if it were alone.
  for (const int64_t image : {int64_t{0}, int64_t{481}, int64_t{482}, kImages - 1}) {
    const at::Tensor alone = model.Forward(pixels.narrow(0, image, 1)).last_hidden_state_BTD;
    EXPECT_LE(Difference(last_BTD.narrow(0, image, 1), alone, 1.0), 1e-4) << image;
  }
}

TEST(FusedRunTest, AfterEachBlockComesWhatTheCompositionSays) {
  const VitNepa model = MakeModel(Small());
  const at::Tensor pixels = at::randn({5, 1, 28, 28});
  const auto states = [&](Engine engine) {
    std::vector<at::Tensor> states_BTD;
    ForwardOptions options;
    options.engine = engine;
    options.after_block = [&](int64_t, const at::Tensor& hidden_BTD) {
      states_BTD.push_back(hidden_BTD);
    };
    model.Forward(pixels, options);
    return states_BTD;
  };
  const std::vector<at::Tensor> expected = states(Engine::kComposed);
  for (const bool gradients : {true, false}) {
    const at::AutoGradMode mode(gradients);
    const std::vector<at::Tensor> actual = states(Engine::kFastest);
    ASSERT_EQ(actual.size(), 2u);
    for (size_t i = 0; i < 2; ++i) {
      EXPECT_FALSE(actual[i].requires_grad());
      EXPECT_LE(Difference(actual[i], expected[i], 1.0), 1e-4) << i;
    }
  }
}

TEST(FusedRunTest, AddsGradientsOfMicroBatchesUp) {
  ModelConfig config = Small();
  config.drop_path_prob = 0.5;
  const VitNepa model = MakeModel(config);
  const at::Tensor pixels = at::randn({6, 1, 28, 28});
  ForwardOptions options;
  options.randomness =
      ForwardRandomness{.seed = 1, .step = 2, .first_position = 3, .rope_group = 4};
  const auto backward = [&](int64_t begin, int64_t end) {
    ForwardOptions part = options;
    part.randomness->first_position += begin;
    const at::Tensor out =
        model.Forward(pixels.narrow(0, begin, end - begin), part).last_hidden_state_BTD;
    (out * out.detach().cos()).sum().backward();
  };
  backward(0, 6);
  std::vector<at::Tensor> whole;
  for (const at::Tensor& tensor : model.tensors()) {
    whole.push_back(tensor.grad().clone());
    tensor.mutable_grad().reset();
  }
  backward(0, 2);
  backward(2, 6);
  for (size_t i = 0; i < whole.size(); ++i) {
    EXPECT_LE(Difference(model.tensors()[i].grad(), whole[i],
                         std::max(whole[i].abs().max().item<double>(), 1e-2)),
              1e-4)
        << model.parameters()[i].name;
  }
}

TEST(TileRowsTest, GivesEveryThreadTheSameNumberOfRows) {
  for (const int64_t rows : {1, 17, 257, 2056, 4352, 65792}) {
    const int64_t height = TileRows(rows);
    EXPECT_GE(height, 1);
    EXPECT_LE(height, 288);
  }
}

}  // namespace
}  // namespace nepa::model
