// Resizing with antialias, equal to Pillow's Image.resize() bit for bit: separable filters whose
// support grows with the reduction, weights in 22-bit fixed point, rounded to bytes between the
// horizontal and the vertical pass.
//
// Pure; any thread, one ResampleScratch a thread.
#ifndef NEPA_WORKER_TRAIN_DATA_RESAMPLE_H_
#define NEPA_WORKER_TRAIN_DATA_RESAMPLE_H_

#include <cstdint>
#include <vector>

#include "common/config/job_spec.h"
#include "worker/train/data/image.h"

namespace nepa::data {

// The weights of one axis, for the outputs of a window: output x is the sum over k < counts[x] of
// weights[x · taps + k] · input[first[x] + k].
struct AxisWeights {
  int taps = 0;
  std::vector<int32_t> first;
  std::vector<int32_t> counts;
  std::vector<int32_t> weights;  // 22-bit fixed point
  std::vector<double> exact;     // of one output, while it is worked out
};

struct ResampleScratch {
  AxisWeights horizontal, vertical;
  std::vector<uint8_t> between;
  std::vector<int32_t> sums;
};

// `out` becomes `window` of what `source` would be at `size`. Only the window is worked out, so an
// image of extreme shape costs no more than what is used of it. `size` is at least 1 × 1 and holds
// the window.
void Resample(const ImageView& source, Size size, const Region& window,
              config::Interpolation interpolation, ResampleScratch& scratch, Image& out);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_RESAMPLE_H_
