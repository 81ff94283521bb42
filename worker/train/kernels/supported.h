// Whether this processor runs the kernels of this folder.
//
// All of them: pure functions of memory that the caller owns, any thread; rows are contiguous and
// `ld` ("leading dimension") counts elements between rows; `T` is float or Bf16; arithmetic is in
// float32. Sums go over columns in a fixed order, so the same call gives the same bits.
#ifndef NEPA_WORKER_TRAIN_KERNELS_SUPPORTED_H_
#define NEPA_WORKER_TRAIN_KERNELS_SUPPORTED_H_

namespace nepa::kernels {

bool Supported();

}  // namespace nepa::kernels

#endif  // NEPA_WORKER_TRAIN_KERNELS_SUPPORTED_H_
