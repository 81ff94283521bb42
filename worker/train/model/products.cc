#include "worker/train/model/products.h"

#include "worker/train/kernels/supported.h"

namespace nepa::model {

Products ProductsFor(config::Precision precision, c10::Device device) {
  if (precision == config::Precision::kFp32) return Products::kFloat;
  return device.is_cpu() && !kernels::Supported() ? Products::kRounded : Products::kBf16;
}

}  // namespace nepa::model
