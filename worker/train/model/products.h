// How the matrix products of a pass are computed on a device.
#ifndef NEPA_WORKER_TRAIN_MODEL_PRODUCTS_H_
#define NEPA_WORKER_TRAIN_MODEL_PRODUCTS_H_

#include <c10/core/Device.h>

#include "common/config/job_spec.h"

namespace nepa::model {

// kRounded: operands and result are rounded to bfloat16 around a product in float32. The values are
// those of bfloat16 products, which a processor without them computes in plain loops, hundreds of
// times slower.
enum class Products { kFloat, kBf16, kRounded };

Products ProductsFor(config::Precision precision, c10::Device device);

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_PRODUCTS_H_
