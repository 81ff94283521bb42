#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/train/loop/check.h"

namespace nepa::loop {
namespace {

std::shared_ptr<const data::Dataset> Take(data::OpenedSource opened, const std::string& field,
                                          JobFaults& faults) {
  for (const data::FieldFault& fault : opened.faults) {
    faults.AddSource(absl::StrCat(field, ".", fault.field), fault.status);
  }
  return std::move(opened.dataset);
}

// A label must mean the same class in both, or every accuracy is nonsense.
void CheckSameClasses(const data::Dataset& train, const data::Dataset& eval, JobFaults& faults) {
  if (train.class_names() == eval.class_names()) return;
  if (train.class_count() != eval.class_count()) {
    faults.Add("data.eval.path",
               absl::StrCat("has ", eval.class_count(), " classes, but the training data has ",
                            train.class_count(), "; both must have the same"));
    return;
  }
  int64_t i = 0;
  while (train.class_names()[i] == eval.class_names()[i]) ++i;
  faults.Add("data.eval.path",
             absl::StrCat("class ", i, " is \"", eval.class_names()[i], "\", but \"",
                          train.class_names()[i],
                          "\" in the training data; both must have the same classes"));
}

}  // namespace

Datasets OpenDatasets(const config::JobFile& job, data::Extent extent, JobFaults& faults) {
  const config::Data& sources = job.spec.data;
  Datasets datasets;
  // Beside each other: what is opened second would be waited for.
  std::future<data::OpenedSource> eval;
  if (sources.eval.has_value()) {
    // Another seed, or synthetic evaluation images would be the training images.
    eval = std::async(std::launch::async,
                      [&] { return data::OpenSource(*sources.eval, job.spec.seed + 1, extent); });
  }
  datasets.train =
      Take(data::OpenSource(sources.train, job.spec.seed, extent), "data.train", faults);
  if (!eval.valid()) return datasets;
  datasets.eval = Take(eval.get(), "data.eval", faults);
  // Pretraining looks at labels for k-NN alone.
  const bool needs_labels =
      job.spec.kind == config::Kind::kFinetune || job.spec.evaluation.knn.has_value();
  if (needs_labels && datasets.train != nullptr && datasets.eval != nullptr) {
    CheckSameClasses(*datasets.train, *datasets.eval, faults);
  }
  return datasets;
}

}  // namespace nepa::loop
