#include "worker/train/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace nepa::optim {
namespace {

int64_t WarmupOf(const Schedule& schedule, double factor) {
  if (!schedule.layerwise) return schedule.warmup_steps;
  const auto steps = static_cast<double>(schedule.warmup_steps);
  // Half to even, as Python's round.
  const auto skipped = static_cast<int64_t>(std::nearbyint(steps * std::min(factor, 1.0)));
  return std::max<int64_t>(1, schedule.warmup_steps - skipped);
}

}  // namespace

int64_t WarmupSteps(const config::Warmup& warmup, int64_t total_steps) {
  if (!warmup.fraction) return warmup.steps;
  return static_cast<int64_t>(std::ceil(static_cast<double>(total_steps) * *warmup.fraction));
}

double RateMultiplier(const Schedule& schedule, int64_t k, double factor) {
  const int64_t warmup = WarmupOf(schedule, factor);
  if (k >= schedule.total_steps) return 0.0;
  if (k < warmup) return factor * static_cast<double>(k) / static_cast<double>(warmup);
  const double progress = static_cast<double>(k - warmup) /
                          static_cast<double>(std::max<int64_t>(1, schedule.total_steps - warmup));
  return factor * 0.5 * (1.0 + std::cos(std::numbers::pi * progress));
}

std::vector<double> LearningRates(const Schedule& schedule, int64_t k,
                                  const std::vector<ParameterRule>& rules) {
  std::vector<double> rates;
  for (const ParameterRule& rule : rules) {
    rates.push_back(rule.peak_rate * RateMultiplier(schedule, k, rule.factor));
  }
  return rates;
}

}  // namespace nepa::optim
