#include "worker/train/loop/check.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "worker/train/loop/allowed_paths.h"
#include "worker/train/loop/misfits.h"
#include "worker/train/loop/session.h"
#include "worker/train/model/parameters.h"

namespace nepa::loop {
namespace {

// The first sample whose label `count` class names don't reach.
std::string LabelBeyond(const data::Dataset& dataset, int64_t count) {
  for (int64_t i = 0; i < dataset.count(); ++i) {
    if (dataset.label(i) < count) continue;
    return absl::StrCat("; ", dataset.Describe(i), " has label ", dataset.label(i),
                        ", beyond the last one, ", count - 1);
  }
  return "";
}

// Of the classifier: as the job file names them, else as the training images are sorted.
std::vector<std::string> ClassNames(const config::JobFile& job, const data::Dataset& train,
                                    JobFaults& faults) {
  const std::vector<std::string>& named = job.spec.model.config.labels;
  const std::vector<std::string>& found = train.class_names();
  if (named.empty()) return found;
  if (named.size() != found.size()) {
    faults.Add("model.id2label",
               absl::StrCat("names ", named.size(), " classes, but the training images have ",
                            found.size(), LabelBeyond(train, static_cast<int64_t>(named.size()))));
  }
  return named;
}

void CheckModelFolder(ModelSource& source, JobFaults& faults) {
  const model::StartCheck check = model::CheckStart(source.folder, source.options);
  source.config = check.config;
  for (const absl::Status& fault : check.faults) faults.AddSource("model.from", fault);
}

// `train` is null where it could not be opened.
ModelSource FindModel(const frames::TrainerJob& order, const config::JobFile& job,
                      const data::Dataset* train, bool may_be_unseen, JobFaults& faults) {
  const config::ModelChoice& choice = job.spec.model;
  ModelSource source;
  source.options.ema = choice.ema;
  source.options.fields = choice.config;
  source.options.overrides = choice.overrides;
  if (job.spec.kind == config::Kind::kFinetune) {
    source.options.labels = choice.config.labels;
    if (train != nullptr) source.options.labels = ClassNames(job, *train, faults);
    // What the classes are is not known then; anything but none shows what else is wrong.
    if (source.options.labels.empty()) source.options.labels = {"?"};
  }
  // A trainer that runs alone is given no folder of its own; a plain path serves as it stands.
  source.folder = order.model_from.empty() && absl::StartsWith(choice.from, "/") ? choice.from
                                                                                 : order.model_from;
  if (!source.folder.empty()) {
    CheckModelFolder(source, faults);
  } else if (choice.from.empty()) {
    source.config = choice.config;
    source.config->labels = source.options.labels;
  } else if (may_be_unseen) {
    source.unseen = true;
  } else {
    faults.Add("model.from", absl::StrCat("\"", choice.from,
                                          "\" can only be resolved by a coordinator; a trainer "
                                          "that runs alone takes the path of a model folder"));
  }
  if (train != nullptr && source.config.has_value()) {
    for (const Misfit& misfit : Misfits(job, *source.config, Origin::kFresh, *train)) {
      faults.Add(misfit.field, misfit.message);
    }
  }
  return source;
}

absl::StatusOr<CheckedJob> Check(const frames::TrainerJob& order, const config::JobFile& job,
                                 data::Extent extent, bool may_be_unseen) {
  JobFaults faults(job);
  CheckedJob checked;
  CheckAllowedPaths(order, job, faults);
  if (!faults.empty()) return faults.status();  // what lies outside is not even looked at
  checked.datasets = OpenDatasets(job, extent, faults);
  const data::Dataset* const train = checked.datasets.train.get();
  if (train != nullptr) {
    const absl::StatusOr<StepPlan> plan = MakeStepPlan(job.spec, train->count());
    faults.AddSource("batch.global", plan.status());
    if (plan.ok()) {
      checked.plan = *plan;
      faults.AddSource("schedule.warmup", CheckWarmup(job.spec, *plan));
    }
  }
  if (order.resume_from.empty()) {
    checked.source = FindModel(order, job, train, may_be_unseen, faults);
  }
  if (!faults.empty()) return faults.status();
  absl::StatusOr<at::Device> device = FindDevice(order, job);
  if (!device.ok()) return device.status();
  checked.device = *device;
  return checked;
}

}  // namespace

absl::StatusOr<CheckedJob> CheckJob(const frames::TrainerJob& order, const config::JobFile& job) {
  return Check(order, job, data::Extent::kWhole, /*may_be_unseen=*/false);
}

absl::StatusOr<CheckedJob> CheckOutline(const frames::TrainerJob& order,
                                        const config::JobFile& job) {
  return Check(order, job, data::Extent::kOutline, /*may_be_unseen=*/true);
}

std::string Describe(const CheckedJob& checked) {
  std::string text = absl::StrCat(checked.datasets.train->count(), " training images");
  if (checked.datasets.eval != nullptr) {
    absl::StrAppend(&text, ", ", checked.datasets.eval->count(), " evaluation images");
  }
  if (checked.source.config.has_value()) {
    int64_t numbers = 0;
    const auto parameters = model::AllocateParameters(*checked.source.config, at::kMeta);
    for (const model::NamedTensor& parameter : parameters.named) {
      numbers += parameter.tensor.numel();
    }
    absl::StrAppend(&text, ", ", numbers, " parameters");
  }
  return absl::StrCat(text, ", ", checked.plan.total_steps, " steps");
}

}  // namespace nepa::loop
