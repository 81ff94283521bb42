// How many optimizer steps a job takes, and how a rank takes one: pure arithmetic on the job file,
// the size of the data and the model.
#ifndef NEPA_WORKER_TRAIN_LOOP_STEP_PLAN_H_
#define NEPA_WORKER_TRAIN_LOOP_STEP_PLAN_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "common/config/job_spec.h"
#include "worker/train/data/sampler.h"

namespace nepa::loop {

struct StepPlan {
  int64_t steps_per_epoch = 0;
  int64_t total_steps = 0;

  // Epochs done after `step` steps, fractional.
  double EpochAt(int64_t step) const {
    return static_cast<double>(step) / static_cast<double>(steps_per_epoch);
  }
};

// The sampler's options that `spec` asks for on `train_count` samples.
data::Sampler::Options SamplerOptions(const config::JobSpec& spec, int64_t train_count);

// INVALID_ARGUMENT if the data does not fill one global batch.
absl::StatusOr<StepPlan> MakeStepPlan(const config::JobSpec& spec, int64_t train_count);

// INVALID_ARGUMENT if the warm-up is longer than the plan: the learning rate would never arrive.
absl::Status CheckWarmup(const config::JobSpec& spec, const StepPlan& plan);

// How a rank takes its part of a global batch: `accumulation` passes of at most `micro_batch`
// images each.
struct MicroPlan {
  int64_t micro_batch = 0;
  int64_t accumulation = 0;
};

// spec.batch.micro where given. Else as many images at once as keep the activations of one pass
// near 2 GiB, in passes of equal size: a function of the job alone, so that the same job adds up
// its gradients in the same order wherever it runs.
MicroPlan MakeMicroPlan(const config::JobSpec& spec, const config::ModelConfig& model,
                        int64_t world_size);

// An estimate of the memory that one image's activations take until the backward pass.
int64_t ActivationBytesPerImage(const config::ModelConfig& model);

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_STEP_PLAN_H_
