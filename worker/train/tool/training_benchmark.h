// The speed of the whole training step (forward, backward, clip, AdamW, EMA) on made-up pixels.
#ifndef NEPA_WORKER_TRAIN_TOOL_TRAINING_BENCHMARK_H_
#define NEPA_WORKER_TRAIN_TOOL_TRAINING_BENCHMARK_H_

#include <cstdint>
#include <vector>

#include "common/config/job_spec.h"
#include "worker/train/model/vit_nepa.h"

namespace nepa::tool {

// Arithmetic of one image's training step: three times the forward pass's matrix products (forward,
// input gradients, weight gradients), 2 operations a multiply-add; causal attention counted half.
double FlopPerImage(const config::ModelConfig& config);

// Operations per second of a `size`^3 matrix product on the threads in use, in the type that
// products of this precision are computed in here; the best of a few.
double MatrixFlopPerSecond(config::Precision precision, int64_t size = 2048);

// Seconds of each of `steps` steps, after two that don't count.
std::vector<double> TimeTrainingSteps(model::VitNepa& model, int64_t batch, int64_t steps,
                                      config::Precision precision, model::Engine engine);

}  // namespace nepa::tool

#endif  // NEPA_WORKER_TRAIN_TOOL_TRAINING_BENCHMARK_H_
