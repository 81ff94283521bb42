#include "worker/train/loop/step_plan.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace nepa::loop {
namespace {

constexpr int64_t kActivationBudgetBytes = int64_t{2} << 30;

int64_t CeilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

data::Sampler::Options SamplerOptions(const config::JobSpec& spec, int64_t train_count) {
  return {.sample_count = train_count,
          .global_batch = spec.batch.global,
          .last = spec.batch.last,
          .order = data::Order::kShuffled,
          .seed = spec.seed};
}

absl::StatusOr<StepPlan> MakeStepPlan(const config::JobSpec& spec, int64_t train_count) {
  StepPlan plan;
  plan.steps_per_epoch = data::Sampler(SamplerOptions(spec, train_count)).batches_per_epoch();
  if (plan.steps_per_epoch == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a global batch of ", spec.batch.global, " images needs more than the ",
                     train_count, " training images there are; allowed is at most ", train_count,
                     ", or batch.last: keep, which trains the incomplete last batch"));
  }
  plan.total_steps =
      spec.schedule.steps > 0 ? spec.schedule.steps : spec.schedule.epochs * plan.steps_per_epoch;
  return plan;
}

absl::Status CheckWarmup(const config::JobSpec& spec, const StepPlan& plan) {
  const config::Warmup& warmup = spec.schedule.warmup;
  if (warmup.fraction.has_value() || warmup.steps <= plan.total_steps) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a warm-up of ", warmup.steps,
                                                 " steps is longer than the run, ",
                                                 plan.total_steps, " steps with these images"));
}

int64_t ActivationBytesPerImage(const config::ModelConfig& model) {
  // Of each token and block autograd keeps about eight vectors of the hidden size (norms, q, k, v,
  // attention and MLP outputs), three or four of the MLP's width, and a row of the attention matrix
  // for each head, once before and once after the softmax; in float32.
  const int64_t mlp_vectors = model.use_gated_mlp ? 4 : 3;
  const int64_t floats_per_token = 8 * model.hidden_size + mlp_vectors * model.intermediate_size +
                                   2 * model.num_attention_heads * model.token_count();
  return 4 * model.num_hidden_layers * model.token_count() * floats_per_token;
}

MicroPlan MakeMicroPlan(const config::JobSpec& spec, const config::ModelConfig& model,
                        int64_t world_size) {
  const int64_t slice = CeilDivide(spec.batch.global, world_size);
  if (spec.batch.micro > 0) {
    const int64_t micro_batch = std::min(spec.batch.micro, slice);
    return {micro_batch, CeilDivide(slice, micro_batch)};
  }
  const int64_t fitting =
      std::max<int64_t>(1, kActivationBudgetBytes / ActivationBytesPerImage(model));
  const int64_t accumulation = CeilDivide(slice, fitting);
  return {CeilDivide(slice, accumulation), accumulation};
}

}  // namespace nepa::loop
