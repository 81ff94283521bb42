#include "common/config/job_defaults.h"

#include "common/config/model_presets.h"

namespace nepa::config {
namespace {

// Fine-tuning for classification: 83.75 % with base, 85.40 % with large (GELU).
void ApplyFinetuning(JobSpec& spec) {
  const bool large = spec.recipe == Recipe::kLarge;
  spec.schedule.epochs = 100;
  spec.schedule.warmup.fraction = large ? 0.3 : 0.2;
  spec.batch.global = 1024;
  spec.optimizer.lr = large ? 1e-3 : 1.5e-3;
  spec.optimizer.layer_decay = large ? 0.75 : 0.65;
  spec.optimizer.beta2 = 0.999;
  spec.augmentation.interpolation = Interpolation::kBicubic;
  spec.augmentation.rand_augment = "rand-m9-mstd0.5-inc1";
  spec.augmentation.erasing = 0.25;
  spec.augmentation.mixup = 0.8;
  spec.augmentation.cutmix = 1.0;
  spec.augmentation.label_smoothing = 0.1;
  spec.evaluation.every = Interval{Interval::Unit::kEpochs, {}, 1};
  spec.evaluation.resize = large ? EvaluationResize::kWarp : EvaluationResize::kShorterSide;
  spec.model.config.is_causal = false;
  spec.model.config.qk_norm_affine = true;
  spec.model.config.drop_path_prob = large ? 0.2 : 0.1;
}

}  // namespace

JobSpec DefaultJobSpec(const DefaultsFor& what) {
  JobSpec spec;
  spec.kind = what.kind;
  spec.recipe = what.recipe;
  if (what.from) {
    spec.model.overrides = RecipeOverrides(what.kind);
  } else {
    const bool large = what.recipe == Recipe::kLarge;
    const ModelPreset* preset = FindModelPreset(what.preset);
    if (preset == nullptr) {
      preset = FindModelPreset(large ? "nepa-large-patch14-224" : "nepa-base-patch14-224");
    }
    spec.model.preset = preset->name;
    spec.model.config = preset->config;
  }
  if (what.kind == Kind::kFinetune) {
    ApplyFinetuning(spec);
    spec.model.freeze_patch_embedding = what.from;
  }
  return spec;
}

DataSource DefaultEvaluationData() {
  DataSource source;
  source.split = "t10k";
  return source;
}

Recipe RecipeForWidth(int64_t hidden_size) {
  return hidden_size >= kLargeHiddenSize ? Recipe::kLarge : Recipe::kBase;
}

bool SaysRecipe(const JobFile& job) { return job.positions.contains("recipe"); }

std::vector<std::string> RecipeOverrides(Kind kind) {
  if (kind == Kind::kPretrain) return {"drop_path_prob", "is_causal"};
  return {"qk_norm_affine", "drop_path_prob", "is_causal"};
}

}  // namespace nepa::config
