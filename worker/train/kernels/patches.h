// Cutting an image into patches (thread and layout rules: supported.h).
#ifndef NEPA_WORKER_TRAIN_KERNELS_PATCHES_H_
#define NEPA_WORKER_TRAIN_KERNELS_PATCHES_H_

#include "worker/train/kernels/bf16.h"

namespace nepa::kernels {

struct PatchGrid {
  int64_t channels = 0, height = 0, width = 0;  // of the image
  int64_t size = 0;                             // pixels of a patch's side
  int64_t rows = 0, columns = 0;                // patches
};

// out [rows * columns, ld_out]: the pixels of each patch, channel by channel and row by row, then
// zeros up to ld_out.
template <typename T>
void ExtractPatches(const PatchGrid& grid, const float* image, T* out, int64_t ld_out);

}  // namespace nepa::kernels

#endif  // NEPA_WORKER_TRAIN_KERNELS_PATCHES_H_
