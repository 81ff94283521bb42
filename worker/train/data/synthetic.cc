#include "worker/train/data/synthetic.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "worker/train/data/random.h"

namespace nepa::data {
namespace {

constexpr double kPi = 3.141592653589793;
constexpr int kDirections = 5;
constexpr double kNoise = 16;

class Synthetic : public Dataset {
 public:
  Synthetic(int64_t count, int64_t class_count, uint64_t seed) : count_(count), seed_(seed) {
    for (int64_t c = 0; c < class_count; ++c) class_names_.push_back(absl::StrCat("pattern ", c));
  }

  int64_t count() const override { return count_; }
  int32_t label(int64_t index) const override {
    return static_cast<int32_t>(index % class_count());
  }
  const std::vector<std::string>& class_names() const override { return class_names_; }

  absl::StatusOr<ImageView> Read(int64_t index, ChooseRegion choose,
                                 Image& storage) const override {
    storage.Resize(kSyntheticSize.width, kSyntheticSize.height, 3);
    RandomStream random(seed_, Purpose::kSynthetic, 0, static_cast<uint64_t>(index));
    const int32_t pattern = label(index);
    const double angle = kPi * (pattern % kDirections) / kDirections;
    const double wave_pixels = 4 + 3 * (pattern / kDirections);
    const double phase = random.Uniform(0, 2 * kPi);
    double dark[3], light[3];
    for (int c = 0; c < 3; ++c) {
      dark[c] = random.Uniform(20, 110);
      light[c] = random.Uniform(145, 235);
    }
    for (int y = 0; y < storage.height; ++y) {
      uint8_t* out = storage.row(y);
      for (int x = 0; x < storage.width; ++x) {
        const double along = x * std::cos(angle) + y * std::sin(angle);
        const double share = 0.5 + 0.5 * std::sin(2 * kPi * along / wave_pixels + phase);
        const double noise = random.Uniform(-kNoise, kNoise);
        for (int c = 0; c < 3; ++c) {
          const double value = dark[c] + (light[c] - dark[c]) * share + noise;
          *out++ = static_cast<uint8_t>(std::clamp(value, 0.0, 255.0));
        }
      }
    }
    return storage.view().Crop(choose(kSyntheticSize).region);
  }

  std::string Describe(int64_t index) const override {
    return absl::StrCat("synthetic image ", index);
  }

 private:
  int64_t count_;
  uint64_t seed_;
  std::vector<std::string> class_names_;
};

}  // namespace

std::shared_ptr<const Dataset> MakeSynthetic(int64_t count, int64_t class_count, uint64_t seed) {
  return std::make_shared<const Synthetic>(count, class_count, seed);
}

}  // namespace nepa::data
