// AdamW with decoupled weight decay, as torch.optim.AdamW computes it in float32.
#ifndef NEPA_WORKER_TRAIN_OPTIM_ADAMW_H_
#define NEPA_WORKER_TRAIN_OPTIM_ADAMW_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "worker/train/model/parameters.h"
#include "worker/train/optim/ema.h"

namespace nepa::optim {

struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.95;
  double eps = 1e-8;
};

// Thread rule: one thread at a time; uses LibTorch's intra-op threads inside.
class AdamW {
 public:
  // `parameters` are leaves that stay alive (VitNepa::parameters()); `weight_decay` one a
  // parameter.
  AdamW(const std::vector<model::NamedTensor>& parameters, std::vector<double> weight_decay,
        const AdamWOptions& options);

  // One update with the gradients as they are times `gradient_scale` (ClipScale); the gradients
  // themselves are left unchanged. `learning_rates` one a parameter. A parameter without a gradient
  // is left alone. With `ema`, its update is done in the same pass over memory.
  void Step(const std::vector<double>& learning_rates, double gradient_scale, Ema* ema = nullptr);

  // Sets all gradients undefined, so that the next backward writes instead of adding.
  void ClearGradients();

  // The state a checkpoint holds, as tensors that live here: "exp_avg.<name>" and
  // "exp_avg_sq.<name>" (write into them to restore), and the number of steps done.
  std::vector<model::NamedTensor> State() const;
  int64_t steps() const { return steps_; }
  void set_steps(int64_t steps) { steps_ = steps; }

 private:
  // The two forms of an update: the kernel over plain memory, and LibTorch's operators (the oracle
  // of the first).
  void StepFlat(const std::vector<double>& learning_rates, double gradient_scale,
                const std::vector<at::Tensor>& weights, const std::vector<at::Tensor>& gradients,
                Ema* ema);
  void StepComposed(const std::vector<double>& learning_rates, double gradient_scale,
                    const std::vector<at::Tensor>& weights,
                    const std::vector<at::Tensor>& gradients);

  std::vector<model::NamedTensor> parameters_;
  std::vector<double> weight_decay_;
  AdamWOptions options_;
  std::vector<at::Tensor> first_moment_, second_moment_;
  int64_t steps_ = 0;
};

}  // namespace nepa::optim

#endif  // NEPA_WORKER_TRAIN_OPTIM_ADAMW_H_
