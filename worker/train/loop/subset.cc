#include "worker/train/loop/subset.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "worker/train/data/sampler.h"

namespace nepa::loop {
namespace {

class Subset final : public data::Dataset {
 public:
  Subset(std::shared_ptr<const data::Dataset> whole, std::vector<int64_t> samples)
      : whole_(std::move(whole)), samples_(std::move(samples)) {}

  int64_t count() const override { return static_cast<int64_t>(samples_.size()); }
  int32_t label(int64_t index) const override { return whole_->label(Sample(index)); }
  const std::vector<std::string>& class_names() const override { return whole_->class_names(); }
  absl::StatusOr<data::ImageView> Read(int64_t index, data::ChooseRegion choose,
                                       data::Image& storage) const override {
    return whole_->Read(Sample(index), choose, storage);
  }
  std::string Describe(int64_t index) const override { return whole_->Describe(Sample(index)); }

 private:
  int64_t Sample(int64_t index) const { return samples_[static_cast<size_t>(index)]; }

  const std::shared_ptr<const data::Dataset> whole_;
  const std::vector<int64_t> samples_;
};

}  // namespace

std::shared_ptr<const data::Dataset> SpreadSubset(std::shared_ptr<const data::Dataset> dataset,
                                                  int64_t count) {
  if (count == 0 || count >= dataset->count()) return dataset;
  const data::Permutation permutation(dataset->count(), /*seed=*/0, /*epoch=*/0);
  std::vector<int64_t> samples;
  for (int64_t i = 0; i < count; ++i) samples.push_back(permutation.At(i));
  std::sort(samples.begin(), samples.end());
  return std::make_shared<Subset>(std::move(dataset), std::move(samples));
}

}  // namespace nepa::loop
