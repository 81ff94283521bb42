// The ledger's fingerprint of one augmented sample.
//
// Pure; any thread.
#ifndef NEPA_WORKER_TRAIN_DATA_DIGEST_H_
#define NEPA_WORKER_TRAIN_DATA_DIGEST_H_

#include <string>

#include "absl/types/span.h"

namespace nepa::data {

// The first 16 hexadecimal digits of the SHA-256 of the sample's pixels as the model would read
// them alone: float32, little-endian, [channels, S, S], normalised and erased, before mixing with
// another sample.
std::string PixelDigest(absl::Span<const float> pixels);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_DIGEST_H_
