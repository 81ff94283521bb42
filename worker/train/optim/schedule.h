// Learning-rate schedules. Pure.
#ifndef NEPA_WORKER_TRAIN_OPTIM_SCHEDULE_H_
#define NEPA_WORKER_TRAIN_OPTIM_SCHEDULE_H_

#include <cstdint>
#include <vector>

#include "common/config/job_spec.h"
#include "worker/train/optim/parameter_rules.h"

namespace nepa::optim {

struct Schedule {
  int64_t total_steps = 0;
  int64_t warmup_steps = 0;
  // Fine-tuning's form: deeper layers (smaller factors) warm up longer.
  bool layerwise = false;
};

// A share of the steps is rounded up.
int64_t WarmupSteps(const config::Warmup& warmup, int64_t total_steps);

// What the peak rate of a parameter with `factor` is multiplied with at the k-th update, counted
// from 0 (so the first update of a warm-up has rate 0).
//
// Plain: linear warm-up, then half a cosine to 0; times the factor. Layer-wise: with
// w = max(1, W - round(W * min(f, 1))), f * k / w below w, then f / 2 * (1 + cos(pi (k-w) /
// (S-w))). 0 from total_steps on.
double RateMultiplier(const Schedule& schedule, int64_t k, double factor);

// The learning rate of every parameter at the k-th update.
std::vector<double> LearningRates(const Schedule& schedule, int64_t k,
                                  const std::vector<ParameterRule>& rules);

}  // namespace nepa::optim

#endif  // NEPA_WORKER_TRAIN_OPTIM_SCHEDULE_H_
