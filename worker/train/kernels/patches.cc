#include "worker/train/kernels/patches.h"

#include "worker/train/kernels/vector.h"

namespace nepa::kernels {

template <typename T>
void ExtractPatches(const PatchGrid& grid, const float* image, T* out, int64_t ld_out) {
  const int64_t used = grid.channels * grid.size * grid.size;
  for (int64_t i = 0; i < grid.rows * grid.columns; ++i, out += ld_out) {
    const int64_t top = i / grid.columns * grid.size;
    const int64_t left = i % grid.columns * grid.size;
    T* place = out;
    for (int64_t c = 0; c < grid.channels; ++c) {
      for (int64_t y = 0; y < grid.size; ++y, place += grid.size) {
        const float* row = image + (c * grid.height + top + y) * grid.width + left;
        for (int64_t x = 0; x < grid.size; x += kLanes) {
          const __mmask16 m = Lanes(grid.size - x);
          Store(place + x, m, Load(row + x, m));
        }
      }
    }
    for (int64_t j = used; j < ld_out; j += kLanes) {
      Store(out + j, Lanes(ld_out - j), Zero());
    }
  }
}

template void ExtractPatches<float>(const PatchGrid&, const float*, float*, int64_t);
template void ExtractPatches<Bf16>(const PatchGrid&, const float*, Bf16*, int64_t);

}  // namespace nepa::kernels
