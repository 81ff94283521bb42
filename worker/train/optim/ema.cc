#include "worker/train/optim/ema.h"

#include <utility>

#include "worker/train/optim/flat.h"

namespace nepa::optim {

Ema::Ema(double decay, std::vector<at::Tensor> averages)
    : decay_(decay), averages_(std::move(averages)) {}

void Ema::Update(const std::vector<at::Tensor>& weights) {
  const double share = NextShare();
  for (size_t i = 0; i < averages_.size(); ++i) MoveAverage(share, weights[i], averages_[i]);
  ++updates_;
}

}  // namespace nepa::optim
