// Made-up images, for trying things out without data: each class has a stripe pattern of its own
// direction and width, and each sample shows it in other colours, shifted, under noise. So a model
// can learn to tell them, and must look to do so.
#ifndef NEPA_WORKER_TRAIN_DATA_SYNTHETIC_H_
#define NEPA_WORKER_TRAIN_DATA_SYNTHETIC_H_

#include <cstdint>
#include <memory>

#include "worker/train/data/dataset.h"

namespace nepa::data {

// `count` images of kSyntheticSize, class = index % class_count. Each is a function of (seed,
// index). count, class_count ≥ 1.
inline constexpr Size kSyntheticSize = {48, 48};
std::shared_ptr<const Dataset> MakeSynthetic(int64_t count, int64_t class_count, uint64_t seed);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_SYNTHETIC_H_
