// The examples are right, say what they say they do, and go through every form unchanged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "common/config/job_defaults.h"
#include "common/config/job_fields.h"
#include "common/config/job_file.h"
#include "common/config/model_presets.h"
#include "common/io/file.h"

namespace nepa::config {
namespace {

JobSpec ReadExample(const std::string& name) {
  const std::string file = "examples/" + name;
  const auto text = io::ReadFile(file, kMaxJobFileBytes);
  if (!text.ok()) {
    ADD_FAILURE() << text.status();
    return {};
  }
  const JobFileResult result = ReadJobFile({*text, file, "/jobs", {}});
  for (const Fault& fault : result.faults) ADD_FAILURE() << FormatFault(fault);
  return result.job ? result.job->spec : JobSpec();
}

TEST(Examples, AreAllRightAndShort) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("examples")) {
    if (entry.path().extension() != ".yaml") continue;
    ++count;
    ReadExample(entry.path().filename().string());
    const auto text = io::ReadFile(entry.path().string(), kMaxJobFileBytes);
    ASSERT_TRUE(text.ok());
    EXPECT_LE(std::count(text->begin(), text->end(), '\n'), 20) << entry.path();
  }
  EXPECT_GE(count, 7);
}

// What an ImageNet example may choose itself; everything else must be the recipe's.
JobSpec WithoutChoices(JobSpec spec) {
  const JobSpec standard;
  spec.name.clear();
  spec.data = standard.data;
  spec.resources = standard.resources;
  spec.checkpoint = standard.checkpoint;
  spec.evaluation.knn.reset();
  spec.model.from.clear();
  return spec;
}

TEST(Examples, PretrainingOnImageNetIsThePapersRecipe) {
  EXPECT_EQ(WithoutChoices(ReadExample("nepa_base_in1k_pretrain.yaml")),
            DefaultJobSpec({Kind::kPretrain, Recipe::kBase, "nepa-base-patch14-224"}));
  EXPECT_EQ(WithoutChoices(ReadExample("nepa_large_in1k_pretrain.yaml")),
            DefaultJobSpec({Kind::kPretrain, Recipe::kLarge, "nepa-large-patch14-224"}));
}

TEST(Examples, FinetuningOnImageNetIsThePapersRecipe) {
  EXPECT_EQ(WithoutChoices(ReadExample("nepa_base_in1k_finetune.yaml")),
            DefaultJobSpec({Kind::kFinetune, Recipe::kBase, "", true}));
  EXPECT_EQ(WithoutChoices(ReadExample("nepa_large_in1k_finetune.yaml")),
            DefaultJobSpec({Kind::kFinetune, Recipe::kLarge, "", true}));
}

TEST(Examples, FinetuningStartsFromTheJobThatPretrainingIsCalled) {
  for (const std::string size : {"base", "large"}) {
    const JobSpec pretrain = ReadExample("nepa_" + size + "_in1k_pretrain.yaml");
    const JobSpec finetune = ReadExample("nepa_" + size + "_in1k_finetune.yaml");
    EXPECT_EQ(finetune.model.from, "job/" + pretrain.name);
  }
  EXPECT_EQ(ReadExample("fashion_finetune.yaml").model.from,
            "job/" + ReadExample("fashion_pretrain.yaml").name);
}

TEST(Examples, FashionPretrainingIsTheRecipeThatGains) {
  const JobSpec spec = ReadExample("fashion_pretrain.yaml");
  EXPECT_EQ(spec.model.config.hidden_size, 128);
  EXPECT_EQ(spec.model.config.num_hidden_layers, 4);
  EXPECT_EQ(spec.model.config.patch_size, 7);
  EXPECT_EQ(spec.model.config.layerscale_value, 0.5);
  EXPECT_TRUE(spec.evaluation.knn);
  EXPECT_TRUE(spec.evaluation.at_start);
  EXPECT_FALSE(spec.ledger);
  EXPECT_EQ(spec.data.eval->split, "t10k");
}

// `source` (a config.json) with the fields that choice.overrides names.
ModelConfig Overridden(const ModelConfig& source, const ModelChoice& choice) {
  JobSpec from, to;
  from.model = choice;
  to.model.config = source;
  for (const std::string& name : choice.overrides) {
    const Field* field = FindField("model." + name);
    if (field != nullptr && field->of_config) field->read(field->write(from), to);
  }
  return to.model.config;
}

// What the two runs must share, or the difference says nothing about pretraining.
TEST(Examples, FashionFromScratchHasTheSameBudgetAsFinetuning) {
  const JobSpec finetune = ReadExample("fashion_finetune.yaml");
  const JobSpec scratch = ReadExample("fashion_scratch.yaml");
  EXPECT_EQ(scratch.data, finetune.data);
  EXPECT_EQ(scratch.data.train.limit_per_class, 100);
  EXPECT_EQ(scratch.schedule, finetune.schedule);
  EXPECT_EQ(scratch.batch, finetune.batch);
  EXPECT_EQ(scratch.augmentation, finetune.augmentation);
  EXPECT_EQ(scratch.ema, finetune.ema);
  EXPECT_EQ(scratch.evaluation, finetune.evaluation);
  EXPECT_EQ(scratch.seed, finetune.seed);
  const ModelConfig pretrained = ReadExample("fashion_pretrain.yaml").model.config;
  EXPECT_EQ(scratch.model.config, Overridden(pretrained, finetune.model));
}

}  // namespace
}  // namespace nepa::config
