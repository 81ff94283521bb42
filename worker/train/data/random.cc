#include "worker/train/data/random.h"

#include <cmath>

namespace nepa::data {
namespace {

constexpr uint32_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
constexpr uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
constexpr int kRounds = 10;
constexpr double kTwoPi = 6.283185307179586;

}  // namespace

std::array<uint32_t, 4> Philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t product0 = uint64_t{kMultiplier0} * counter[0];
    const uint64_t product1 = uint64_t{kMultiplier1} * counter[2];
    counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<uint32_t>(product1),
               static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

RandomStream::RandomStream(uint64_t seed, Purpose purpose, uint64_t epoch, uint64_t index)
    : key_{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)},
      counter_{0, static_cast<uint32_t>(epoch), static_cast<uint32_t>(index),
               static_cast<uint32_t>(index >> 32) | static_cast<uint32_t>(purpose) << 24} {}

uint32_t RandomStream::Bits() {
  if (used_ == 4) {
    block_ = Philox(counter_, key_);
    ++counter_[0];
    used_ = 0;
  }
  return block_[used_++];
}

double RandomStream::Uniform() {
  const uint64_t high = Bits();
  const uint64_t bits = high << 32 | Bits();
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

int64_t RandomStream::Integer(int64_t low, int64_t high) {
  // Lemire, "Fast Random Integer Generation in an Interval", 2019.
  const uint32_t range = static_cast<uint32_t>(high - low) + 1;
  uint64_t product = uint64_t{Bits()} * range;
  if (static_cast<uint32_t>(product) < range) {
    const uint32_t threshold = -range % range;
    while (static_cast<uint32_t>(product) < threshold) product = uint64_t{Bits()} * range;
  }
  return low + static_cast<int64_t>(product >> 32);
}

double RandomStream::Normal() {
  if (has_normal_) {
    has_normal_ = false;
    return normal_;
  }
  const double radius = std::sqrt(-2 * std::log(1 - Uniform()));
  const double angle = kTwoPi * Uniform();
  normal_ = radius * std::sin(angle);
  has_normal_ = true;
  return radius * std::cos(angle);
}

double RandomStream::Gamma(double shape) {
  if (shape < 1) {
    const double boost = std::pow(1 - Uniform(), 1 / shape);
    return boost * Gamma(shape + 1);
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = Normal();
    const double v = 1 + c * x;
    if (v <= 0) continue;
    const double v3 = v * v * v;
    if (std::log(1 - Uniform()) < 0.5 * x * x + d - d * v3 + d * std::log(v3)) return d * v3;
  }
}

double RandomStream::SymmetricBeta(double alpha) {
  const double a = Gamma(alpha);
  const double b = Gamma(alpha);
  // Both underflow where alpha is tiny; the distribution then is a coin.
  return a + b > 0 ? a / (a + b) : (Chance(0.5) ? 0 : 1);
}

}  // namespace nepa::data
