// Which samples make up one micro-batch, and in which pieces it is worked on.
//
// Pure: a function of options and place.
#ifndef NEPA_WORKER_TRAIN_DATA_MICRO_BATCH_PLAN_H_
#define NEPA_WORKER_TRAIN_DATA_MICRO_BATCH_PLAN_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "worker/train/data/batch.h"
#include "worker/train/data/loader.h"
#include "worker/train/data/mixing.h"
#include "worker/train/data/sampler.h"

namespace nepa::data {

// A piece of work that one thread does from file to pixels: a sample, with its partner where
// samples are mixed, so that both are at hand when they are.
struct WorkUnit {
  int64_t place = 0;                      // within the micro-batch
  std::optional<int64_t> partner_place;   // the partner is in the micro-batch too
  std::optional<int64_t> partner_sample;  // it isn't, and is read for this mix alone
  Mix mix;                                // where there is a partner
};

struct MicroBatchPlan {
  Batch batch;  // all but pixels and digests, which have room for none yet
  std::vector<WorkUnit> units;
};

// A micro-batch's place.
struct MicroCursor {
  Cursor cursor;
  int64_t micro = 0;
  bool operator==(const MicroCursor&) const = default;
};

MicroBatchPlan PlanMicroBatch(const LoaderOptions& options, const Dataset& dataset,
                              const Sampler& sampler, const MicroCursor& at);

// The one after it; `micro_count` is that of the batch at `at`.
MicroCursor NextMicroBatch(const Sampler& sampler, const MicroCursor& at, int64_t micro_count);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_MICRO_BATCH_PLAN_H_
