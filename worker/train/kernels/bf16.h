// bfloat16 as it lies in memory.
#ifndef NEPA_WORKER_TRAIN_KERNELS_BF16_H_
#define NEPA_WORKER_TRAIN_KERNELS_BF16_H_

#include <cstdint>

namespace nepa::kernels {

struct Bf16 {
  uint16_t bits;
};

}  // namespace nepa::kernels

#endif  // NEPA_WORKER_TRAIN_KERNELS_BF16_H_
