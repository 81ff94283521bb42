#include "common/metrics/buckets.h"

namespace nepa::metrics {

const prometheus::Histogram::BucketBoundaries& ShortSeconds() {
  static const auto* bounds = new prometheus::Histogram::BucketBoundaries{
      0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
      0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
  return *bounds;
}

const prometheus::Histogram::BucketBoundaries& LongSeconds() {
  static const auto* bounds = new prometheus::Histogram::BucketBoundaries{
      0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400};
  return *bounds;
}

}  // namespace nepa::metrics
