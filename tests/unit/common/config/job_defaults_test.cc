// The recipes, number by number, as the paper has them.
#include "common/config/job_defaults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nepa::config {
namespace {

using ::testing::ElementsAre;

TEST(JobDefaults, PretrainingOfTheBaseModelIsWhatAJobSpecIsMadeWith) {
  JobSpec expected;
  expected.model.preset = "nepa-base-patch14-224";
  EXPECT_EQ(DefaultJobSpec({}), expected);
}

TEST(JobDefaults, PretrainingIsThePapers) {
  for (const Recipe recipe : {Recipe::kBase, Recipe::kLarge}) {
    const JobSpec spec = DefaultJobSpec({Kind::kPretrain, recipe});
    EXPECT_EQ(spec.schedule.epochs, 1600);
    EXPECT_EQ(spec.batch.global, 4096);
    EXPECT_DOUBLE_EQ(spec.optimizer.lr, 3e-4);
    EXPECT_DOUBLE_EQ(spec.optimizer.lr * spec.batch.global / 256, 4.8e-3);
    EXPECT_EQ(spec.optimizer.beta1, 0.9);
    EXPECT_EQ(spec.optimizer.beta2, 0.95);
    EXPECT_EQ(spec.optimizer.weight_decay, 0.05);
    EXPECT_EQ(spec.optimizer.clip_norm, 1.0);
    EXPECT_EQ(spec.schedule.warmup.fraction, 0.025);
    EXPECT_EQ(spec.ema.decay, 0.9999);
    EXPECT_EQ(spec.precision, Precision::kBf16);
    EXPECT_FALSE(spec.model.freeze_patch_embedding);
    EXPECT_EQ(spec.model.config.drop_path_prob, 0);
    EXPECT_TRUE(spec.model.config.is_causal);
    EXPECT_EQ(spec.model.config.pos_embed_rescale, 2.0);
    EXPECT_EQ(spec.model.config.layerscale_value, 1e-5);
    EXPECT_EQ(spec.augmentation.crop, CropKind::kRandomResized);
    EXPECT_EQ(spec.augmentation.scale_min, 0.08);
    EXPECT_EQ(spec.augmentation.scale_max, 1);
    EXPECT_EQ(spec.augmentation.ratio_min, 3.0 / 4);
    EXPECT_EQ(spec.augmentation.ratio_max, 4.0 / 3);
    EXPECT_EQ(spec.augmentation.interpolation, Interpolation::kBilinear);
    EXPECT_TRUE(spec.augmentation.flip);
    EXPECT_EQ(spec.augmentation.mixup, 0);
    EXPECT_EQ(spec.augmentation.rand_augment, "");
    EXPECT_EQ(spec.batch.last, LastBatch::kDrop);
  }
}

TEST(JobDefaults, FinetuningIsThePapers) {
  const JobSpec spec = DefaultJobSpec({.kind = Kind::kFinetune, .from = true});
  EXPECT_EQ(spec.schedule.epochs, 100);
  EXPECT_EQ(spec.batch.global, 1024);
  EXPECT_EQ(spec.optimizer.beta1, 0.9);
  EXPECT_EQ(spec.optimizer.beta2, 0.999);
  EXPECT_EQ(spec.optimizer.weight_decay, 0.05);
  EXPECT_EQ(spec.optimizer.head_lr, 1e-3);
  EXPECT_EQ(spec.optimizer.clip_norm, 1.0);
  EXPECT_EQ(spec.ema.decay, 0.9999);
  EXPECT_TRUE(spec.model.freeze_patch_embedding);
  EXPECT_FALSE(spec.model.config.is_causal);
  EXPECT_TRUE(spec.model.config.qk_norm_affine);
  EXPECT_EQ(spec.augmentation.interpolation, Interpolation::kBicubic);
  EXPECT_EQ(spec.augmentation.rand_augment, "rand-m9-mstd0.5-inc1");
  EXPECT_EQ(spec.augmentation.erasing, 0.25);
  EXPECT_EQ(spec.augmentation.mixup, 0.8);
  EXPECT_EQ(spec.augmentation.cutmix, 1.0);
  EXPECT_EQ(spec.augmentation.label_smoothing, 0.1);
}

TEST(JobDefaults, FinetuningOfLargeDiffersWhereThePaperSaysSo) {
  const JobSpec base = DefaultJobSpec({Kind::kFinetune, Recipe::kBase});
  EXPECT_DOUBLE_EQ(base.optimizer.lr, 1.5e-3);
  EXPECT_EQ(base.schedule.warmup.fraction, 0.2);
  EXPECT_EQ(base.optimizer.layer_decay, 0.65);
  EXPECT_EQ(base.model.config.drop_path_prob, 0.1);
  EXPECT_EQ(base.evaluation.resize, EvaluationResize::kShorterSide);
  const JobSpec large = DefaultJobSpec({Kind::kFinetune, Recipe::kLarge});
  EXPECT_DOUBLE_EQ(large.optimizer.lr, 1e-3);
  EXPECT_EQ(large.schedule.warmup.fraction, 0.3);
  EXPECT_EQ(large.optimizer.layer_decay, 0.75);
  EXPECT_EQ(large.model.config.drop_path_prob, 0.2);
  EXPECT_EQ(large.evaluation.resize, EvaluationResize::kWarp);
}

TEST(JobDefaults, ThePatchEmbeddingIsFrozenOnlyWhereItComesFromSomewhere) {
  EXPECT_FALSE(DefaultJobSpec({.kind = Kind::kFinetune}).model.freeze_patch_embedding);
  EXPECT_FALSE(DefaultJobSpec({.from = true}).model.freeze_patch_embedding);
}

TEST(JobDefaults, AModelFromElsewhereKeepsItsShapeAndTakesTheRecipesOptions) {
  const JobSpec spec = DefaultJobSpec({.kind = Kind::kFinetune, .from = true});
  EXPECT_EQ(spec.model.preset, "");
  EXPECT_THAT(spec.model.overrides, ElementsAre("qk_norm_affine", "drop_path_prob", "is_causal"));
  EXPECT_THAT(DefaultJobSpec({.from = true}).model.overrides,
              ElementsAre("drop_path_prob", "is_causal"));
}

TEST(JobDefaults, AFinetuningFromScratchHasThePresetsShapeAndTheRecipesOptions) {
  const JobSpec spec =
      DefaultJobSpec({.kind = Kind::kFinetune, .preset = "nepa-fashion-patch7-28"});
  EXPECT_EQ(spec.model.config.hidden_size, 128);
  EXPECT_FALSE(spec.model.config.is_causal);
  EXPECT_EQ(spec.model.config.drop_path_prob, 0.1);
}

TEST(JobDefaults, TheRecipeFollowsTheWidth) {
  EXPECT_EQ(RecipeForWidth(768), Recipe::kBase);
  EXPECT_EQ(RecipeForWidth(1023), Recipe::kBase);
  EXPECT_EQ(RecipeForWidth(1024), Recipe::kLarge);
}

}  // namespace
}  // namespace nepa::config
