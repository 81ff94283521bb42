#include "common/config/job_spec_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/config/job_defaults.h"
#include "common/config/job_file.h"
#include "common/config/job_rules.h"
#include "nlohmann/json.hpp"

namespace nepa::config {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::HasSubstr;

JobFile Read(const std::string& text) {
  const JobFileResult result = ReadJobFile({text, "job.yaml", "/jobs", {}});
  for (const Fault& fault : result.faults) ADD_FAILURE() << FormatFault(fault);
  return result.job.value_or(JobFile());
}

std::string Refusal(const std::string& text) {
  const auto job = JobFileFromJson(text);
  EXPECT_FALSE(job.ok());
  EXPECT_EQ(job.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(job.status().message());
}

TEST(JobSpecJson, ReadsBackAsTheSameJob) {
  for (const char* text : {
           "data: {train: {path: x}}",
           "kind: finetune\nrecipe: large\nmodel: {from: /m, ema: true, drop_path_prob: 0.3}\n"
           "data: {train: {path: x}, eval: {path: y}}",
           "model: {hidden_size: 32, num_attention_heads: 2, pos_embed_rescale: null}\n"
           "data: {train: {format: synthetic}}\nbatch: {global: 8}\nschedule: {steps: 9, warmup: "
           "3}\n"
           "ema: null\nresources: {ranks: {min: 1, max: 4}}\nseed: 18446744073709551615",
           "data: {train: {path: \"/grün/\\\"\"}, eval: {path: y}}\nname: \"123\"\n"
           "evaluation: {knn: {k: 3}, every: 90s}\nenv: {NCCL_DEBUG: \"1\"}\nschedule: {warmup: "
           "0.3333333333333333}",
       }) {
    const JobFile job = Read(text);
    const auto again = JobFileFromJson(ToJson(job));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(*again, job) << ToJson(job);
  }
}

TEST(JobSpecJson, CarriesWhereThingsStand) {
  const JobFile job = Read("seed: 1\ndata:\n  train:\n    path: x\n");
  EXPECT_EQ(job.positions.at("data.train.path"), (Position{4, 11}));
  const Json json = Json::parse(ToJson(job));
  EXPECT_EQ(json["file"], "job.yaml");
  EXPECT_EQ(json["folder"], "/jobs");
  EXPECT_EQ(json["positions"]["data.train.path"], Json({4, 11}));
  EXPECT_FALSE(json["positions"].contains("schedule.epochs"));
}

TEST(JobSpecJson, CarriesWhetherTheRecipeWasSaid) {
  const auto says = [](const std::string& text, const std::vector<std::string>& overrides) {
    const JobFileResult read =
        ReadJobFile({.text = text, .file = "job.yaml", .folder = "/jobs", .overrides = overrides});
    const auto again = JobFileFromJson(ToJson(*read.job));
    EXPECT_EQ(SaysRecipe(*again), SaysRecipe(*read.job));
    return SaysRecipe(*again);
  };
  EXPECT_FALSE(says("data: {train: {path: x}}", {}));
  EXPECT_TRUE(says("recipe: base\ndata: {train: {path: x}}", {}));
  EXPECT_TRUE(says("data: {train: {path: x}}", {"recipe=base"}));
  EXPECT_TRUE(SaysRecipe(*JobFileFromJson(
      R"({"file": "by hand", "folder": "/", "spec": {"recipe": "base", "data": {"train": {"path": "x"}}}})")));
}

TEST(JobSpecJson, HasNumbersWhereAJobFileHasNumbers) {
  const Json spec = Json::parse(ToJson(Read("data: {train: {path: x}}\nname: \"12\"")))["spec"];
  EXPECT_TRUE(spec["schedule"]["epochs"].is_number_integer());
  EXPECT_DOUBLE_EQ(spec["optimizer"]["lr"].get<double>(), 3e-4);
  EXPECT_TRUE(spec["ledger"].is_boolean());
  EXPECT_EQ(spec["name"], "12");
  EXPECT_EQ(spec["checkpoint"]["every"], "30m");
}

TEST(JobSpecJson, AMissingFieldTakesItsDefault) {
  const auto job = JobFileFromJson(
      R"({"file": "a.yaml", "folder": "/f", "spec": {"kind": "finetune", "data": {"train": {"path": "x"}}}})");
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->spec.name, "a");
  EXPECT_EQ(job->spec.schedule.epochs, 100);
  EXPECT_EQ(job->spec.data.train.path, "/f/x");
}

TEST(JobSpecJson, RefusesWhatToJsonDoesNotWrite) {
  EXPECT_THAT(Refusal(""), HasSubstr("not JSON"));
  EXPECT_THAT(Refusal("{"), HasSubstr("not JSON"));
  EXPECT_THAT(Refusal("[]"), HasSubstr("not an object"));
  EXPECT_THAT(Refusal("{}"), HasSubstr("\"file\""));
  EXPECT_THAT(Refusal(R"({"file": 3})"), HasSubstr("\"file\""));
  EXPECT_THAT(Refusal(R"({"file": "a", "folder": "/f", "spec": []})"), HasSubstr("\"spec\""));
  EXPECT_THAT(Refusal(R"({"file": "a", "folder": "/f", "spec": {}, "more": 1})"),
              HasSubstr("unknown key \"more\""));
  EXPECT_THAT(Refusal(R"({"file": "a", "folder": "/f", "spec": {}, "positions": {"seed": [1]}})"),
              HasSubstr("positions of \"seed\""));
  EXPECT_THAT(
      Refusal(R"({"file": "a", "folder": "/f", "spec": {}, "positions": {"seed": [1, -1]}})"),
      HasSubstr("positions of \"seed\""));
}

TEST(JobSpecJson, ChecksFieldsAsAJobFileDoes) {
  const auto refusal = [](const std::string& spec) {
    return Refusal(
        R"({"file": "a.yaml", "folder": "/f", "spec": {"data": {"train": {"path": "x"}}, )" + spec +
        "}}");
  };
  EXPECT_THAT(refusal(R"("colour": 1)"), HasSubstr("a.yaml: colour: unknown field"));
  EXPECT_THAT(refusal(R"("seed": 1e400)"), HasSubstr("not JSON"));
  EXPECT_THAT(refusal(R"("seed": -1)"), HasSubstr("seed: -1 is out of range"));
  EXPECT_THAT(refusal(R"("seed": "1")"), HasSubstr("seed: found \"1\" in quotes"));
  EXPECT_THAT(refusal(R"("optimizer": {"lr": null})"), HasSubstr("optimizer.lr: found nothing"));
  EXPECT_THAT(refusal(R"("model": {"hidden_size": 100})"), HasSubstr("not a multiple of 12"));
}

// With the spec's fields beside a training set.
std::string Stored(const std::string& fields) {
  return R"({"file": "a.yaml", "folder": "/f", "spec": {"data": {"train": {"path": "x"}}, )" +
         fields + "}}";
}

TEST(JobSpecJson, AnAcceptedJobIsNotJudgedByTodaysBounds) {
  const std::string text = Stored(
      R"("seed": 7, "optimizer": {"lr": 1000, "betas": [0.9, 2]}, "batch": {"global": 0}, )"
      R"("resources": {"ranks": {"min": 5, "max": 2}}, "name": "no name!", )"
      R"("augmentation": {"scale": [0.9, 0.1], "rand_augment": "shuffle"}, "ema": {"decay": 1.5})");
  EXPECT_FALSE(JobFileFromJson(text).ok());
  const auto job = AcceptedJobFromJson(text);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->spec.seed, 7u);
  EXPECT_EQ(job->spec.optimizer.lr, 1000);
  EXPECT_EQ(job->spec.optimizer.beta2, 2);
  EXPECT_EQ(job->spec.batch.global, 0);
  EXPECT_EQ(job->spec.resources.min_ranks, 5);
  EXPECT_EQ(job->spec.resources.max_ranks, 2);
  EXPECT_EQ(job->spec.name, "no name!");
  EXPECT_EQ(job->spec.augmentation.scale_min, 0.9);
  EXPECT_EQ(job->spec.augmentation.rand_augment, "shuffle");
  EXPECT_EQ(job->spec.ema.decay, 1.5);
  const auto again = AcceptedJobFromJson(ToJson(*job));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, *job);
}

TEST(JobSpecJson, AnAcceptedJobIsNotJudgedByTodaysRules) {
  for (const char* fields : {
           R"("batch": {"global": 8, "micro": 9})",              // a combination
           R"("model": {"hidden_size": 100})",                   // sizes that contradict each other
           R"("augmentation": {"crop": "none", "padding": 4})",  // a field that means nothing
           R"("evaluation": {"knn": true})",  // something that it needs is missing
       }) {
    EXPECT_FALSE(JobFileFromJson(Stored(fields)).ok()) << fields;
    const auto job = AcceptedJobFromJson(Stored(fields));
    EXPECT_TRUE(job.ok()) << fields << ": " << job.status();
  }
}

TEST(JobSpecJson, WhatNoProgramCouldTrainIsFoundInAnAcceptedJobToo) {
  const auto fields = [](const std::string& stored) {
    std::vector<std::string> names;
    for (const BrokenRule& rule : ImpossibleValues(AcceptedJobFromJson(Stored(stored))->spec)) {
      names.push_back(rule.fields[0]);
    }
    return names;
  };
  EXPECT_THAT(fields(R"("seed": 1)"), ::testing::IsEmpty());
  EXPECT_THAT(fields(R"("model": {"hidden_size": 100}, "batch": {"global": 0})"),
              ::testing::ElementsAre("model.hidden_size", "batch.global"));
  EXPECT_THAT(fields(R"("evaluation": {"batch": 0, "knn": {"k": 0, "temperature": 0}}, )"
                     R"("monitor": {"collapse_steps": 0}, "optimizer": {"eps": 0}, )"
                     R"("schedule": {"epochs": 0}, "batch": {"micro": -1})"),
              ::testing::ElementsAre("batch.micro", "schedule.epochs", "evaluation.batch",
                                     "evaluation.knn.k", "evaluation.knn.temperature",
                                     "monitor.collapse_steps", "optimizer.eps"));
}

TEST(JobSpecJson, AnAcceptedJobMustStillBeReadable) {
  const auto refusal = [](const std::string& fields) {
    const auto job = AcceptedJobFromJson(Stored(fields));
    EXPECT_FALSE(job.ok()) << fields;
    return std::string(job.status().message());
  };
  EXPECT_THAT(refusal(R"("colour": 1)"), HasSubstr("colour: unknown field"));
  EXPECT_THAT(refusal(R"("precision": "fp7")"), HasSubstr("precision: found \"fp7\""));
  EXPECT_THAT(refusal(R"("seed": "one")"), HasSubstr("seed: found \"one\""));
  EXPECT_THAT(refusal(R"("seed": -1)"), HasSubstr("out of range"));
  EXPECT_THAT(refusal(R"("batch": {"global": 99999999999999999999})"), HasSubstr("batch.global"));
  EXPECT_THAT(refusal(R"("batch": 8)"), HasSubstr("batch: found"));
  EXPECT_FALSE(AcceptedJobFromJson("{").ok());
}

TEST(JobSpecJson, AVariableThatIsNotPassedOnIsDroppedFromAnAcceptedJob) {
  const auto job =
      AcceptedJobFromJson(Stored(R"("env": {"LD_PRELOAD": "/x.so", "NCCL_DEBUG": "INFO"})"));
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->spec.env, (std::map<std::string, std::string>{{"NCCL_DEBUG", "INFO"}}));
}

TEST(JobSpecJson, NestingAndLengthAreBounded) {
  EXPECT_THAT(Refusal(std::string(100'000, '[')), HasSubstr("not JSON"));
  EXPECT_FALSE(JobFileFromJson(R"({"file": "a", "folder": "/f", "spec": )" +
                               std::string(1000, '[') + std::string(1000, ']') + "}")
                   .ok());
  EXPECT_THAT(Refusal(std::string(5 << 20, ' ')), HasSubstr("longer than"));
}

}  // namespace
}  // namespace nepa::config
