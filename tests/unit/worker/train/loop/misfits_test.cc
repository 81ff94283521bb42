#include "worker/train/loop/misfits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/train/data/synthetic.h"

namespace nepa::loop {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

config::ModelConfig Small() {
  return {.hidden_size = 32,
          .num_hidden_layers = 1,
          .num_attention_heads = 2,
          .intermediate_size = 64,
          .image_size = 28,
          .patch_size = 7,
          .num_channels = 1};
}

// A fine-tuning of what lies in /m.
config::JobFile Tune(std::vector<std::string> overrides = {}) {
  config::JobFile job;
  job.file = "job.yaml";
  job.spec.kind = config::Kind::kFinetune;
  job.spec.model.from = "/m";
  job.spec.model.overrides = std::move(overrides);
  return job;
}

std::vector<std::string> Told(const config::JobFile& job, const config::ModelConfig& model,
                              Origin origin = Origin::kFresh, int64_t classes = 4) {
  std::vector<std::string> told;
  for (const Misfit& misfit : Misfits(job, model, origin, *data::MakeSynthetic(8, classes, 1))) {
    told.push_back(misfit.field + ": " + misfit.message);
  }
  return told;
}

TEST(MisfitsTest, AModelThatFitsIsToldNothingOf) { EXPECT_THAT(Told(Tune(), Small()), IsEmpty()); }

TEST(MisfitsTest, AModelThatReadsTwoChannelsReadsNoImages) {
  config::ModelConfig model = Small();
  model.num_channels = 2;
  EXPECT_THAT(Told(Tune(), model), ElementsAre(HasSubstr("model.num_channels: the model reads 2")));
}

TEST(MisfitsTest, AnOverrideThatTheSourceCannotHaveIsBlamedAtItsField) {
  for (const int64_t side : {4, 30, 7168}) {  // below a patch, not whole patches, too many patches
    config::ModelConfig model = Small();
    model.image_size = side;
    EXPECT_THAT(Told(Tune({"image_size"}), model), ElementsAre(HasSubstr("model.image_size: ")))
        << side;
  }
  config::ModelConfig lax = Small();
  lax.image_size = 30;
  EXPECT_THAT(Told(Tune(), lax), IsEmpty()) << "the source's own affair";
}

TEST(MisfitsTest, ALargeModelIsNotTunedWithTheDefaultsOfBaseUnlessTheFileSaysSo) {
  config::ModelConfig model = Small();
  model.hidden_size = 1024;
  config::JobFile job = Tune();
  EXPECT_THAT(Told(job, model), ElementsAre(HasSubstr("recipe: is not given")));
  job.positions["recipe"] = {};  // by a --set
  EXPECT_THAT(Told(job, model), IsEmpty());
  job = Tune();
  job.spec.recipe = config::Recipe::kLarge;
  EXPECT_THAT(Told(job, model), IsEmpty());
}

TEST(MisfitsTest, ACheckpointOfOtherClassesIsNotResumedFrom) {
  config::ModelConfig model = Small();
  model.labels = data::MakeSynthetic(8, 4, 1)->class_names();
  EXPECT_THAT(Told(Tune(), model, Origin::kCheckpoint), IsEmpty());
  EXPECT_THAT(Told(Tune(), model, Origin::kCheckpoint, /*classes=*/6),
              ElementsAre(HasSubstr("data.train.path: the checkpoint to resume from was trained "
                                    "with a count of classes of 4, now it is 6")));
  config::JobFile renamed = Tune();
  renamed.spec.model.config.labels = {model.labels[0], "b", "c", "d"};
  EXPECT_THAT(Told(renamed, model, Origin::kCheckpoint),
              ElementsAre(HasSubstr("model.id2label: ")));
}

TEST(MisfitsTest, ACheckpointOfOtherImagesIsNotResumedFrom) {
  config::JobFile job;
  job.spec.model.config = Small();
  job.spec.model.config.image_size = 56;
  job.spec.model.config.num_channels = 3;
  EXPECT_THAT(Told(job, Small(), Origin::kCheckpoint),
              ElementsAre(HasSubstr("model.image_size: "), HasSubstr("model.num_channels: ")));
}

}  // namespace
}  // namespace nepa::loop
