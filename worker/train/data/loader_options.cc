#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "worker/train/data/loader.h"

namespace nepa::data {
namespace {

LoaderOptions CommonOptions(const config::JobSpec& spec, const config::ModelConfig& model) {
  LoaderOptions options;
  options.transform.image_size = static_cast<int>(model.image_size);
  options.transform.channels = static_cast<int>(model.num_channels);
  options.transform.mean = spec.augmentation.mean;
  options.transform.deviation = spec.augmentation.deviation;
  options.transform.resize = spec.evaluation.resize;
  options.seed = spec.seed;
  options.threads = std::max(1, static_cast<int>(spec.data.loader_threads));
  return options;
}

}  // namespace

absl::StatusOr<LoaderOptions> TrainingLoaderOptions(const config::JobSpec& spec,
                                                    const config::ModelConfig& model) {
  const config::Augmentation& augmentation = spec.augmentation;
  LoaderOptions options = CommonOptions(spec, model);
  options.transform.augmentation = augmentation;
  if (!augmentation.rand_augment.empty()) {
    absl::StatusOr<RandAugmentPolicy> policy = ParseRandAugment(augmentation.rand_augment);
    if (!policy.ok()) return Annotate(policy.status(), "augmentation.rand_augment");
    policy->interpolation = augmentation.interpolation;
    policy->fill =
        static_cast<uint8_t>(std::clamp(std::nearbyint(255 * augmentation.mean), 0.0, 255.0));
    options.transform.rand_augment = *policy;
  }
  options.mixing = {augmentation.mixup, augmentation.cutmix};
  options.global_batch = spec.batch.global;
  options.last = spec.batch.last;
  options.micro_batch = spec.batch.micro;
  options.digests = spec.ledger;
  return options;
}

LoaderOptions EvaluationLoaderOptions(const config::JobSpec& spec, const config::ModelConfig& model,
                                      int64_t rank, int64_t world_size) {
  LoaderOptions options = CommonOptions(spec, model);
  options.rank = rank;
  options.world_size = world_size;
  options.global_batch = spec.evaluation.batch * world_size;
  options.last = config::LastBatch::kKeep;
  options.order = Order::kSequential;
  options.end = Cursor{1, 0};
  return options;
}

}  // namespace nepa::data
