#include "worker/train/data/dataset.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "worker/train/data/idx.h"
#include "worker/train/data/image_folder.h"
#include "worker/train/data/synthetic.h"

namespace nepa::data {
namespace {

// Some samples of another dataset, with all its classes.
class Subset : public Dataset {
 public:
  Subset(std::shared_ptr<const Dataset> whole, std::vector<int64_t> samples)
      : whole_(std::move(whole)), samples_(std::move(samples)) {}

  int64_t count() const override { return static_cast<int64_t>(samples_.size()); }
  int32_t label(int64_t index) const override { return whole_->label(samples_[index]); }
  const std::vector<std::string>& class_names() const override { return whole_->class_names(); }
  absl::StatusOr<ImageView> Read(int64_t index, ChooseRegion choose,
                                 Image& storage) const override {
    return whole_->Read(samples_[index], choose, storage);
  }
  std::string Describe(int64_t index) const override { return whole_->Describe(samples_[index]); }

 private:
  std::shared_ptr<const Dataset> whole_;
  std::vector<int64_t> samples_;
};

std::shared_ptr<const Dataset> Limit(std::shared_ptr<const Dataset> whole, int64_t limit,
                                     int64_t limit_per_class) {
  if (limit <= 0 && limit_per_class <= 0) return whole;
  const int64_t end = limit > 0 ? std::min(limit, whole->count()) : whole->count();
  std::vector<int64_t> taken(whole->class_count(), 0);
  std::vector<int64_t> samples;
  for (int64_t i = 0; i < end; ++i) {
    if (limit_per_class > 0 && ++taken[whole->label(i)] > limit_per_class) continue;
    samples.push_back(i);
  }
  return std::make_shared<const Subset>(std::move(whole), std::move(samples));
}

OpenedSource Opened(absl::StatusOr<std::shared_ptr<const Dataset>> dataset) {
  if (!dataset.ok()) return {.faults = {{"path", dataset.status()}}};
  return {.dataset = *std::move(dataset)};
}

OpenedSource OpenUncut(const config::DataSource& source, uint64_t seed, Extent extent) {
  switch (source.format) {
    case config::DataFormat::kIdx:
      return OpenIdx(source.path, source.labels, source.split, extent);
    case config::DataFormat::kImageFolder:
      return Opened(OpenImageFolder(source.path));
    case config::DataFormat::kSynthetic:
      break;
  }
  if (source.synthetic_count < 1 || source.synthetic_classes < 1) {
    return {.faults = {{"synthetic_count",
                        absl::InvalidArgumentError(absl::StrCat(
                            "a synthetic source needs at least one image and one class; "
                            "it has ",
                            source.synthetic_count, " and ", source.synthetic_classes))}}};
  }
  return {.dataset = MakeSynthetic(source.synthetic_count, source.synthetic_classes, seed)};
}

}  // namespace

OpenedSource OpenSource(const config::DataSource& source, uint64_t seed, Extent extent) {
  OpenedSource opened = OpenUncut(source, seed, extent);
  if (opened.dataset == nullptr) return opened;
  opened.dataset = Limit(std::move(opened.dataset), source.limit, source.limit_per_class);
  return opened;
}

absl::StatusOr<std::shared_ptr<const Dataset>> OpenDataset(const config::DataSource& source,
                                                           uint64_t seed) {
  OpenedSource opened = OpenSource(source, seed, Extent::kWhole);
  NEPA_RETURN_IF_ERROR(opened.status());
  return std::move(opened.dataset);
}

}  // namespace nepa::data
