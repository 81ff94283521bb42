// The three cases made with the public Python implementation: tests/golden/cases/README.md.
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>

#include "worker/train/model/model_folder.h"
#include "worker/train/tool/forward_pass.h"

namespace nepa {
namespace {

using model::Engine;

class GoldenTest : public testing::TestWithParam<std::tuple<const char*, Engine>> {
 protected:
  std::string folder() const {
    return std::string("tests/golden/cases/") + std::get<0>(GetParam());
  }

  model::TensorMap Read(const char* file) const {
    auto tensors = model::ReadSafetensors(folder() + "/" + file);
    EXPECT_TRUE(tensors.ok()) << tensors.status();
    return tensors.ok() ? *tensors : model::TensorMap();
  }

  // What `nepa-model forward --gradients --train-steps 5` writes.
  model::TensorMap Run(const model::TensorMap& input, config::Precision precision) const {
    auto loaded = model::LoadModel(folder());
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    auto output = tool::RunForward(input,
                                   {.gradients = true,
                                    .train_steps = 5,
                                    .precision = precision,
                                    .engine = std::get<1>(GetParam())},
                                   *loaded);
    EXPECT_TRUE(output.ok()) << output.status();
    return output.ok() ? *output : model::TensorMap();
  }
};

// The largest difference, as a share of the largest entry expected.
double RelativeDifference(const at::Tensor& actual, const at::Tensor& expected) {
  if (actual.sizes() != expected.sizes()) return 1e9;
  const double largest = expected.abs().max().item<double>();
  return (actual.to(at::kDouble) - expected.to(at::kDouble)).abs().max().item<double>() /
         std::max(largest, 1e-30);
}

// Every tensor of `expected` whose name starts with `prefix` is in `actual`, within `bound`.
void ExpectClose(const model::TensorMap& actual, const model::TensorMap& expected,
                 const std::string& prefix, double bound) {
  int compared = 0;
  for (const auto& [name, tensor] : expected) {
    if (name.rfind(prefix, 0) != 0) continue;
    ASSERT_EQ(actual.count(name), 1u) << name;
    EXPECT_LE(RelativeDifference(actual.at(name), tensor), bound) << name;
    ++compared;
  }
  EXPECT_GT(compared, 0) << prefix;
}

TEST_P(GoldenTest, LossOutputsAndGradientsAreThoseOfTheReference) {
  const model::TensorMap expected = Read("io.safetensors");
  const model::TensorMap actual = Run(expected, config::Precision::kFp32);
  // A loss near 0 is a sum that nearly cancels: what counts is its error against its range.
  const double loss = expected.at("loss").item<double>();
  EXPECT_NEAR(actual.at("loss").item<double>(), loss, std::max(1e-5 * std::abs(loss), 5e-8));
  ExpectClose(actual, expected, "input_embedding", 1e-5);
  ExpectClose(actual, expected, "last_hidden_state", 1e-5);
  if (expected.count("logits") > 0) ExpectClose(actual, expected, "logits", 1e-5);
  ExpectClose(actual, expected, "grad.", 1e-5);
}

TEST_P(GoldenTest, FiveOptimizerStepsGiveTheWeightsOfTheReference) {
  const model::TensorMap actual = Run(Read("io.safetensors"), config::Precision::kFp32);
  const model::TensorMap expected = Read("train.safetensors");
  ExpectClose(actual, expected, "losses", 2e-5);
  ExpectClose(actual, expected, "grad_norms", 1e-4);
  ExpectClose(actual, expected, "step.", 5e-4);
}

TEST_P(GoldenTest, Bfloat16StaysNearTheReference) {
  const model::TensorMap expected = Read("io.safetensors");
  const model::TensorMap actual = Run(expected, config::Precision::kBf16);
  // Of a loss whose range is [-1, 1].
  EXPECT_NEAR(actual.at("loss").item<double>(), expected.at("loss").item<double>(), 1e-2);
  ExpectClose(actual, expected, "last_hidden_state", 2e-2);
  ExpectClose(actual, expected, "grad.", 5e-2);
}

INSTANTIATE_TEST_SUITE_P(Cases, GoldenTest,
                         testing::Combine(testing::Values("pretrain_gelu", "pretrain_swiglu_affine",
                                                          "classify_bidirectional"),
                                          testing::Values(Engine::kComposed, Engine::kFastest)),
                         [](const auto& info) {
                           const bool composed = std::get<1>(info.param) == Engine::kComposed;
                           return std::string(std::get<0>(info.param)) +
                                  (composed ? "_composed" : "_fastest");
                         });

}  // namespace
}  // namespace nepa
