// Random numbers as a function of a key: no state, so that what is drawn depends neither on the
// order of drawing nor on threads, ranks or micro-batches.
#ifndef NEPA_WORKER_TRAIN_MODEL_STATELESS_RANDOM_H_
#define NEPA_WORKER_TRAIN_MODEL_STATELESS_RANDOM_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

namespace nepa::model {

// A 64-bit key out of a name (FNV-1a), for the streams below.
uint64_t KeyOf(std::string_view name);

// Mixes `part` into `key`.
uint64_t CombineKeys(uint64_t key, uint64_t part);

// Uniform in [0, 1) with 32 random bits: number `index` of stream `key`.
double UniformAt(uint64_t seed, uint64_t key, uint64_t index);

// Uniform in [0, 1): elements of `tensor` (float32, contiguous, CPU) are numbers 0, 1, … of `key`.
void FillUniform(uint64_t seed, uint64_t key, at::Tensor& tensor);

// Normal with mean 0, clamped to +-`limit`, stream KeyOf(name); float32, any device.
void FillNormal(uint64_t seed, std::string_view name, double deviation, double limit,
                at::Tensor& tensor);

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_STATELESS_RANDOM_H_
