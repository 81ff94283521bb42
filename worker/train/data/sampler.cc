#include "worker/train/data/sampler.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace nepa::data {
namespace {

// SplitMix64 (Steele, Lea, Flood, 2014): a bijection of 64 bits whose output bits all depend on
// all input bits.
uint64_t Mix(uint64_t value) {
  value += 0x9E3779B97F4A7C15;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}

}  // namespace

Permutation::Permutation(int64_t count, uint64_t seed, uint64_t epoch)
    : count_(static_cast<uint64_t>(count)) {
  const int bits = std::max(2, static_cast<int>(std::bit_width(count_ - 1)));
  left_bits_ = bits / 2;
  right_bits_ = bits - left_bits_;
  uint64_t key = Mix(Mix(seed) ^ epoch);
  for (uint64_t& round_key : round_keys_) round_key = key = Mix(key);
}

int64_t Permutation::At(int64_t position) const {
  uint64_t value = static_cast<uint64_t>(position);
  do {
    int left_bits = left_bits_, right_bits = right_bits_;
    for (const uint64_t round_key : round_keys_) {
      // The right half moves to the left, what was left comes back scrambled by it.
      const uint64_t right = value & ((uint64_t{1} << right_bits) - 1);
      const uint64_t left = value >> right_bits;
      const uint64_t mask = (uint64_t{1} << left_bits) - 1;
      value = right << left_bits | ((left ^ Mix(right ^ round_key)) & mask);
      std::swap(left_bits, right_bits);
    }
  } while (value >= count_);
  return static_cast<int64_t>(value);
}

Slice RankSlice(int64_t size, int64_t rank, int64_t world_size) {
  return {size * rank / world_size, size * (rank + 1) / world_size};
}

int64_t Sampler::batches_per_epoch() const {
  const int64_t whole = options_.sample_count / options_.global_batch;
  const bool rest = options_.sample_count % options_.global_batch != 0;
  return whole + (rest && options_.last == config::LastBatch::kKeep ? 1 : 0);
}

int64_t Sampler::BatchSize(int64_t batch) const {
  return std::min(options_.global_batch, options_.sample_count - batch * options_.global_batch);
}

Cursor Sampler::CursorAt(int64_t batches) const {
  const int64_t per_epoch = batches_per_epoch();
  return {batches / per_epoch, batches % per_epoch};
}

int64_t Sampler::Epoch::Sample(int64_t batch, int64_t position) const {
  const int64_t place = batch * options_.global_batch + position;
  return options_.order == Order::kSequential ? place : permutation_.At(place);
}

}  // namespace nepa::data
