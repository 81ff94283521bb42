// Some samples of a dataset, as a dataset.
#ifndef NEPA_WORKER_TRAIN_LOOP_SUBSET_H_
#define NEPA_WORKER_TRAIN_LOOP_SUBSET_H_

#include <memory>

#include "worker/train/data/dataset.h"

namespace nepa::loop {

// `count` samples spread at random over `dataset`, always the same ones, in the order of the
// dataset; `dataset` itself where count is 0 or not below its size. (The first ones would do for a
// shuffled dataset, but one of folders is sorted by class.)
std::shared_ptr<const data::Dataset> SpreadSubset(std::shared_ptr<const data::Dataset> dataset,
                                                  int64_t count);

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_SUBSET_H_
