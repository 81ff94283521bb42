// Bucket bounds for histograms of seconds, the same wherever the same kind of thing is measured.
#ifndef NEPA_COMMON_METRICS_BUCKETS_H_
#define NEPA_COMMON_METRICS_BUCKETS_H_

#include <prometheus/histogram.h>

namespace nepa::metrics {

// 0.1 ms … 10 s: a commit, a scheduling pass, a training step.
const prometheus::Histogram::BucketBoundaries& ShortSeconds();

// 0.01 s … 1 day: waiting in a queue, writing a checkpoint.
const prometheus::Histogram::BucketBoundaries& LongSeconds();

}  // namespace nepa::metrics

#endif  // NEPA_COMMON_METRICS_BUCKETS_H_
