#include "common/config/job_rules.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/config/model_presets.h"

namespace nepa::config {
namespace {

using Rules = std::vector<BrokenRule>;

// An images file by its name; a folder otherwise.
bool IsImagesFile(const std::string& path) {
  for (const char* ending : {".gz", "-ubyte", ".idx"}) {
    if (absl::EndsWith(path, ending)) return true;
  }
  return false;
}

void CheckModel(const JobSpec& spec, Rules& broken) {
  if (!spec.model.from.empty()) return;  // known only where the source is
  const int64_t channels = spec.model.config.num_channels;
  if (channels > 1 && channels != 3) {
    broken.push_back({{"model.num_channels"},
                      absl::StrCat("images are grey (1) or colour (3), not of ", channels)});
  }
  for (const ModelFault& fault : ModelFaults(spec.model.config)) {
    std::vector<std::string> fields = {"model." + fault.field};
    if (fault.field == "hidden_size") fields.push_back("model.num_attention_heads");
    if (fault.field == "num_attention_heads") fields.push_back("model.hidden_size");
    if (fault.field == "patch_size") fields.push_back("model.image_size");
    if (fault.field == "qk_norm_affine") fields.push_back("model.qk_norm");
    if (fault.field == "qk_norm_bias") fields.push_back("model.qk_norm_affine");
    broken.push_back({std::move(fields), fault.message});
  }
}

void CheckSource(const std::string& section, const DataSource& source, bool needs_labels,
                 const char* why, Rules& broken) {
  const auto name = [&section](const char* field) { return absl::StrCat(section, ".", field); };
  if (source.limit > 0 && source.limit_per_class > 0) {
    broken.push_back(
        {{name("limit_per_class"), name("limit")}, "limit is given too; name one of the two"});
  }
  if (needs_labels && source.format == DataFormat::kIdx && source.labels.empty() &&
      IsImagesFile(source.path)) {
    broken.push_back({{name("path"), "kind"},
                      absl::StrCat(why,
                                   " needs labels, and this is a file of images; name the labels "
                                   "file as ",
                                   name("labels"))});
  }
}

void CheckData(const JobSpec& spec, Rules& broken) {
  const bool finetune = spec.kind == Kind::kFinetune;
  const bool labels = finetune || spec.evaluation.knn.has_value();
  const char* why = finetune ? "kind: finetune" : "evaluation.knn";
  CheckSource("data.train", spec.data.train, labels, why, broken);
  if (spec.data.eval) {
    CheckSource("data.eval", *spec.data.eval, labels, why, broken);
  } else {
    if (spec.evaluation.knn) {
      broken.push_back({{"evaluation.knn", "data.eval"},
                        "needs images to ask about; give data.eval, or set knn: false"});
    }
    if (spec.evaluation.at_start) {
      broken.push_back({{"evaluation.at_start", "data.eval"},
                        "there is nothing to evaluate; give data.eval, or leave it out"});
    }
  }
  if (finetune && spec.evaluation.knn) {
    broken.push_back({{"evaluation.knn", "kind"},
                      "only with kind: pretrain; fine-tuning measures top-1 and top-5"});
  }
  if (!finetune && spec.data.eval && spec.evaluation.at_start && !spec.evaluation.knn) {
    broken.push_back({{"evaluation.at_start", "evaluation.knn"},
                      "pretraining is evaluated by k-NN alone; set knn: true, or leave it out"});
  }
  const size_t classes = spec.model.config.labels.size();
  const bool synthetic = spec.data.train.format == DataFormat::kSynthetic;
  if (finetune && synthetic && classes > 0 &&
      static_cast<int64_t>(classes) != spec.data.train.synthetic_classes) {
    broken.push_back({{"model.id2label", "data.train.synthetic_classes"},
                      absl::StrCat("names ", classes, " classes, but the data has ",
                                   spec.data.train.synthetic_classes)});
  }
}

void CheckBatch(const JobSpec& spec, Rules& broken) {
  const Batch& batch = spec.batch;
  if (batch.micro > batch.global) {
    broken.push_back({{"batch.micro", "batch.global"},
                      absl::StrCat(batch.micro, " is more than batch.global, ", batch.global)});
  }
  if (spec.resources.max_ranks > batch.global) {
    broken.push_back({{"resources.ranks", "batch.global"},
                      absl::StrCat(spec.resources.max_ranks, " ranks cannot share a batch of ",
                                   batch.global, "; each needs an image at least")});
  }
  if (batch.last == LastBatch::kKeep) return;
  const DataSource& train = spec.data.train;
  const auto too_few = [&](const char* field, int64_t count) {
    if (count == 0 || count >= batch.global) return;
    broken.push_back({{field, "batch.global", "batch.last"},
                      absl::StrCat(count, " images are less than one batch of ", batch.global,
                                   ", and the incomplete last batch is dropped: no step would be "
                                   "done; lower batch.global, or set batch.last: keep")});
  };
  too_few("data.train.limit", train.limit);
  if (train.format == DataFormat::kSynthetic) {
    too_few("data.train.synthetic_count", train.synthetic_count);
  }
}

void CheckSchedule(const JobSpec& spec, Rules& broken) {
  const Schedule& schedule = spec.schedule;
  if (schedule.steps > 0 && !schedule.warmup.fraction && schedule.warmup.steps > schedule.steps) {
    broken.push_back(
        {{"schedule.warmup", "schedule.steps"},
         absl::StrCat("a warm-up of ", schedule.warmup.steps,
                      " steps is longer than the schedule, ", schedule.steps, " steps")});
  }
}

}  // namespace

std::vector<BrokenRule> ImpossibleValues(const JobSpec& spec) {
  Rules broken;
  if (spec.model.from.empty()) {
    for (const ModelFault& fault : ModelFaults(spec.model.config)) {
      broken.push_back({{absl::StrCat("model.", fault.field)}, fault.message});
    }
  }
  const auto at_least = [&broken](const char* field, auto value, int64_t least) {
    if (value >= least) return;
    broken.push_back({{field}, absl::StrCat(value, " is out of range; allowed: at least ", least)});
  };
  const auto above_0 = [&broken](const char* field, double value) {
    if (value > 0) return;  // false for NaN
    broken.push_back({{field}, absl::StrCat(value, " is out of range; allowed: above 0")});
  };
  at_least("batch.global", spec.batch.global, 1);
  at_least("batch.micro", spec.batch.micro, 0);
  if (spec.schedule.steps <= 0) at_least("schedule.epochs", spec.schedule.epochs, 1);
  at_least("evaluation.batch", spec.evaluation.batch, 1);
  if (spec.evaluation.knn) {
    at_least("evaluation.knn.k", spec.evaluation.knn->k, 1);
    above_0("evaluation.knn.temperature", spec.evaluation.knn->temperature);
  }
  at_least("monitor.collapse_steps", spec.monitor.collapse_steps, 1);
  above_0("augmentation.deviation", spec.augmentation.deviation);
  above_0("optimizer.eps", spec.optimizer.eps);
  return broken;
}

std::vector<BrokenRule> BrokenRules(const JobSpec& spec) {
  Rules broken;
  CheckModel(spec, broken);
  CheckData(spec, broken);
  CheckBatch(spec, broken);
  CheckSchedule(spec, broken);
  return broken;
}

}  // namespace nepa::config
