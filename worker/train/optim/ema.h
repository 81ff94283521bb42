// The exponential moving average of the weights.
#ifndef NEPA_WORKER_TRAIN_OPTIM_EMA_H_
#define NEPA_WORKER_TRAIN_OPTIM_EMA_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace nepa::optim {

// average = decay * average + (1 - decay) * weight after every optimizer step; the first update
// copies, and there is no bias correction. Frozen weights are averaged as well.
class Ema {
 public:
  // `averages` belong to the caller (a VitNepa::Zeros model, so that it can be evaluated and saved)
  // and are written in place.
  Ema(double decay, std::vector<at::Tensor> averages);

  // `weights` in the order of `averages`. AdamW::Step does this in its own pass when given an Ema.
  void Update(const std::vector<at::Tensor>& weights);

  // The share of the weight in the next update: 1 in the first.
  double NextShare() const { return updates_ == 0 ? 1.0 : 1.0 - decay_; }

  double decay() const { return decay_; }
  const std::vector<at::Tensor>& averages() const { return averages_; }

  // Updates so far: part of a checkpoint, since the first one is special.
  int64_t updates() const { return updates_; }
  void set_updates(int64_t updates) { updates_ = updates; }

 private:
  double decay_;
  std::vector<at::Tensor> averages_;
  int64_t updates_ = 0;
};

}  // namespace nepa::optim

#endif  // NEPA_WORKER_TRAIN_OPTIM_EMA_H_
