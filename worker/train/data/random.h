// Random numbers as a function of a key: what is drawn for one sample depends on nothing that was
// drawn before for another.
//
// The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as
// 1, 2, 3", SC 2011), the counter-based one of Random123, cuRAND and NumPy. The distributions are
// written out here since the standard library's differ between implementations.
//
// Pure; a RandomStream belongs to one thread.
#ifndef NEPA_WORKER_TRAIN_DATA_RANDOM_H_
#define NEPA_WORKER_TRAIN_DATA_RANDOM_H_

#include <array>
#include <cstdint>

namespace nepa::data {

// One block of Philox4x32-10: 128 random bits for a counter under a key.
std::array<uint32_t, 4> Philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// What a stream is drawn for; streams of different purposes never meet.
enum class Purpose : uint8_t { kAugmentation = 0, kMixing = 1, kSynthetic = 2 };

// The stream of random numbers of (seed, purpose, epoch, index).
class RandomStream {
 public:
  // epoch < 2^32, index < 2^56.
  RandomStream(uint64_t seed, Purpose purpose, uint64_t epoch, uint64_t index);

  uint32_t Bits();
  // In [0, 1), 53 bits.
  double Uniform();
  double Uniform(double low, double high) { return low + (high - low) * Uniform(); }
  // In low … high, both included, without bias. high - low < 2^32 - 1.
  int64_t Integer(int64_t low, int64_t high);
  bool Chance(double probability) { return Uniform() < probability; }
  // Standard normal (Box and Muller).
  double Normal();
  // alpha > 0; Beta(alpha, alpha) in [0, 1], from two gamma variables (Marsaglia and Tsang, 2000).
  double SymmetricBeta(double alpha);

 private:
  double Gamma(double shape);

  std::array<uint32_t, 2> key_;
  std::array<uint32_t, 4> counter_;
  std::array<uint32_t, 4> block_;
  int used_ = 4;
  bool has_normal_ = false;
  double normal_ = 0;
};

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_RANDOM_H_
