#include "common/config/job_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "common/config/job_defaults.h"

namespace nepa::config {
namespace {

using ::testing::Contains;
using ::testing::UnorderedElementsAre;

TEST(JobFields, AreUniqueDocumentedAndStandInASection) {
  std::set<std::string> names;
  for (const Field& field : JobFields()) {
    EXPECT_TRUE(names.insert(field.name).second) << field.name;
    EXPECT_NE(FindSection(ParentOf(field.name)), nullptr) << field.name;
    EXPECT_EQ(FindSection(field.name), nullptr) << field.name;
    EXPECT_FALSE(field.allowed.empty()) << field.name;
    EXPECT_FALSE(field.schema.empty()) << field.name;
    EXPECT_THAT(field.doc, ::testing::EndsWith(".")) << field.name;
  }
  for (const Section& section : JobSections()) {
    EXPECT_TRUE(names.insert(section.name).second) << section.name;
    EXPECT_NE(FindSection(ParentOf(section.name)), nullptr) << section.name;
  }
}

TEST(JobFields, HaveTheNamesThatStayFixed) {
  for (const char* name : {"name",
                           "kind",
                           "priority",
                           "resources.ranks",
                           "resources.device",
                           "model.preset",
                           "model.from",
                           "model.ema",
                           "data.train.format",
                           "data.train.path",
                           "data.eval.format",
                           "data.eval.path",
                           "data.train.limit",
                           "data.train.limit_per_class",
                           "schedule.epochs",
                           "schedule.warmup",
                           "batch.global",
                           "batch.micro",
                           "batch.last",
                           "optimizer.lr",
                           "optimizer.weight_decay",
                           "optimizer.betas",
                           "optimizer.clip_norm",
                           "ema.decay",
                           "precision",
                           "evaluation.every",
                           "evaluation.at_start",
                           "checkpoint.every",
                           "checkpoint.keep.last",
                           "checkpoint.keep.best",
                           "checkpoint.keep.every_epochs",
                           "restart.max",
                           "notify.url",
                           "seed",
                           "ledger",
                           "env"}) {
    EXPECT_NE(FindField(name), nullptr) << name;
  }
  EXPECT_NE(FindSection("evaluation.knn"), nullptr);
}

TEST(JobFields, OfTheModelHaveTheNamesOfConfigJson) {
  std::set<std::string> names;
  for (const Field& field : JobFields()) {
    if (field.of_config) names.insert(LastOf(field.name));
  }
  EXPECT_THAT(names, UnorderedElementsAre(
                         "hidden_size", "num_hidden_layers", "num_attention_heads",
                         "intermediate_size", "use_gated_mlp", "hidden_act", "hidden_dropout_prob",
                         "attention_probs_dropout_prob", "initializer_range", "layer_norm_eps",
                         "rope_theta", "image_size", "patch_size", "num_channels", "qkv_bias",
                         "qk_norm", "qk_norm_affine", "qk_norm_bias", "layerscale_value",
                         "drop_path_prob", "add_pooling_layer", "is_causal", "pos_embed_shift",
                         "pos_embed_jitter", "pos_embed_rescale", "id2label"));
}

TEST(JobFields, ReadWhatTheyWrite) {
  JobSpec spec = DefaultJobSpec({.kind = Kind::kFinetune});
  for (const Section& section : JobSections()) section.open(spec);
  for (const Field& field : JobFields()) {
    if (!HasValue(field, spec)) continue;
    JobSpec again = spec;
    EXPECT_FALSE(field.read(field.write(spec), again)) << field.name;
    EXPECT_EQ(again, spec) << field.name;
  }
}

TEST(JobFields, LeaveTheJobAloneWhereTheyCannotReadTheValue) {
  const Node wrong = Text("\x01 no field takes this");
  JobSpec before;
  for (const Section& section : JobSections()) section.open(before);
  for (const Field& field : JobFields()) {
    JobSpec spec = before;
    const Verdict verdict = field.read(wrong, spec);
    EXPECT_TRUE(verdict) << field.name;
    if (!verdict.readable()) {
      EXPECT_EQ(spec, before) << field.name;
    }
  }
}

TEST(JobFields, AreDecidedByFieldsThatExist) {
  for (const Field& field : JobFields()) {
    if (field.decided_by.empty()) continue;
    EXPECT_NE(FindField(field.decided_by), nullptr) << field.name << ": " << field.decided_by;
  }
}

TEST(JobFields, SplitDottedNames) {
  EXPECT_EQ(ParentOf("data.train.path"), "data.train");
  EXPECT_EQ(LastOf("data.train.path"), "path");
  EXPECT_EQ(ParentOf("seed"), "");
  EXPECT_EQ(LastOf("seed"), "seed");
  EXPECT_THAT(NamesIn("data"), UnorderedElementsAre("loader_threads", "train", "eval"));
  EXPECT_THAT(NamesIn(""), Contains("checkpoint"));
}

}  // namespace
}  // namespace nepa::config
