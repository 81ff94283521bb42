#include "worker/train/model/stateless_random.h"

#include <ATen/Parallel.h>
#include <ATen/core/PhiloxRNGEngine.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace nepa::model {
namespace {

constexpr int64_t kGrain = 1 << 14;  // blocks of four numbers for one thread
constexpr double kScale = 1.0 / 4294967296.0;

// Four neighbouring 32-bit numbers of a stream.
struct Four {
  Four(uint64_t seed, uint64_t key, uint64_t block) {
    at::Philox4_32 engine(seed, key, block);
    for (uint32_t& bits : number) bits = engine();
  }
  uint32_t number[4];
};

}  // namespace

uint64_t KeyOf(std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

uint64_t CombineKeys(uint64_t key, uint64_t part) {
  // splitmix64 of the sum: neighbouring parts give unrelated keys.
  uint64_t z = key + 0x9e3779b97f4a7c15u * (part + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

double UniformAt(uint64_t seed, uint64_t key, uint64_t index) {
  return Four(seed, key, index / 4).number[index % 4] * kScale;
}

void FillUniform(uint64_t seed, uint64_t key, at::Tensor& tensor) {
  float* out = tensor.data_ptr<float>();
  const int64_t count = tensor.numel();
  at::parallel_for(0, (count + 3) / 4, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const Four four(seed, key, static_cast<uint64_t>(block));
      const int64_t last = std::min<int64_t>(4, count - 4 * block);
      for (int64_t i = 0; i < last; ++i) {
        // 24 bits, so that rounding to float32 cannot reach 1.
        out[4 * block + i] = static_cast<float>(four.number[i] >> 8) * (1.0f / 16777216.0f);
      }
    }
  });
}

void FillNormal(uint64_t seed, std::string_view name, double deviation, double limit,
                at::Tensor& tensor) {
  const uint64_t key = KeyOf(name);
  const int64_t count = tensor.numel();
  at::Tensor values = at::empty({count}, at::kFloat);
  float* out = values.data_ptr<float>();
  at::parallel_for(0, (count + 3) / 4, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const Four four(seed, key, static_cast<uint64_t>(block));
      double normal[4];
      for (int pair = 0; pair < 2; ++pair) {  // Box-Muller
        const double radius = std::sqrt(-2.0 * std::log((four.number[2 * pair] + 0.5) * kScale));
        const double angle = 2.0 * std::numbers::pi * four.number[2 * pair + 1] * kScale;
        normal[2 * pair] = radius * std::cos(angle);
        normal[2 * pair + 1] = radius * std::sin(angle);
      }
      const int64_t last = std::min<int64_t>(4, count - 4 * block);
      for (int64_t i = 0; i < last; ++i) {
        out[4 * block + i] = static_cast<float>(std::clamp(deviation * normal[i], -limit, limit));
      }
    }
  });
  tensor.copy_(values.view(tensor.sizes()));
}

}  // namespace nepa::model
