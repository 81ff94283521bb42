#include "worker/train/tool/training_benchmark.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randint.h>

#include <algorithm>
#include <chrono>

#include "worker/train/model/products.h"
#include "worker/train/objective/classification.h"
#include "worker/train/objective/nepa_loss.h"
#include "worker/train/optim/adamw.h"
#include "worker/train/optim/gradient_norm.h"

namespace nepa::tool {
namespace {

constexpr int64_t kWarmupSteps = 2;

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

double FlopPerImage(const config::ModelConfig& config) {
  const auto T = static_cast<double>(config.token_count());
  const auto D = static_cast<double>(config.hidden_size);
  const auto F = static_cast<double>(config.intermediate_size);
  const double mlp = (config.use_gated_mlp ? 3.0 : 2.0) * D * F;
  const double attention = 2.0 * T * T * D * (config.is_causal ? 0.5 : 1.0);
  const double block = T * (4.0 * D * D + mlp) + attention;
  const double patch = static_cast<double>(config.patch_count() * config.num_channels *
                                           config.patch_size * config.patch_size) *
                       D;
  return 3.0 * 2.0 * (static_cast<double>(config.num_hidden_layers) * block + patch);
}

double MatrixFlopPerSecond(config::Precision precision, int64_t size) {
  const at::NoGradGuard no_gradients;
  const bool low = model::ProductsFor(precision, at::kCPU) == model::Products::kBf16;
  const auto type = low ? at::kBFloat16 : at::kFloat;
  const at::Tensor a = at::rand({size, size}).to(type);
  const at::Tensor b = at::rand({size, size}).to(type);
  double best = 0.0;
  for (int repeat = 0; repeat < 8; ++repeat) {
    const double start = Now();
    at::mm(a, b);
    const auto n = static_cast<double>(size);
    best = std::max(best, 2.0 * n * n * n / (Now() - start));
  }
  return best;
}

std::vector<double> TimeTrainingSteps(model::VitNepa& model, int64_t batch, int64_t steps,
                                      config::Precision precision, model::Engine engine) {
  const config::ModelConfig& config = model.config();
  const auto classes = static_cast<int64_t>(config.labels.size());
  const at::Tensor pixels =
      at::rand({batch, config.num_channels, config.image_size, config.image_size}) * 2.0 - 1.0;
  const at::Tensor labels = classes > 0 ? at::randint(classes, {batch}, at::kLong) : at::Tensor();
  std::vector<double> decay;
  for (const model::NamedTensor& parameter : model.parameters()) {
    decay.push_back(parameter.tensor.dim() > 1 ? 0.05 : 0.0);
  }
  optim::AdamW adamw(model.parameters(), decay, {});
  const model::VitNepa averages = model::VitNepa::Zeros(config);
  optim::Ema ema(0.9999, averages.tensors());
  const std::vector<double> rates(decay.size(), 3e-4);
  std::vector<double> seconds;
  for (int64_t step = 0; step < kWarmupSteps + steps; ++step) {
    const double start = Now();
    model::ForwardOptions options;
    options.precision = precision;
    options.engine = engine;
    options.randomness = {.seed = 0, .step = step, .first_position = 0, .rope_group = 256};
    const model::ForwardResult result = model.Forward(pixels, options);
    const at::Tensor loss =
        classes > 0 ? objective::CrossEntropy(result.logits_BK, labels)
                    : objective::NepaLoss(result.input_embedding_BTD, result.last_hidden_state_BTD);
    adamw.ClearGradients();
    loss.backward();
    const double norm = optim::GradientNorm(model.tensors());
    adamw.Step(rates, optim::ClipScale(norm, 1.0), &ema);
    if (step >= kWarmupSteps) seconds.push_back(Now() - start);
  }
  return seconds;
}

}  // namespace nepa::tool
