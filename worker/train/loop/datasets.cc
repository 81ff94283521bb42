#include "absl/strings/str_cat.h"
#include "worker/train/loop/check.h"

namespace nepa::loop {
namespace {

std::shared_ptr<const data::Dataset> Open(const config::DataSource& source,
                                          const std::string& field, uint64_t seed,
                                          data::Extent extent, JobFaults& faults) {
  data::OpenedSource opened = data::OpenSource(source, seed, extent);
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
  datasets.train = Open(sources.train, "data.train", job.spec.seed, extent, faults);
  if (!sources.eval.has_value()) return datasets;
  // Another seed, or synthetic evaluation images would be the training images.
  datasets.eval = Open(*sources.eval, "data.eval", job.spec.seed + 1, extent, faults);
  // Pretraining looks at labels for k-NN alone.
  const bool needs_labels =
      job.spec.kind == config::Kind::kFinetune || job.spec.evaluation.knn.has_value();
  if (needs_labels && datasets.train != nullptr && datasets.eval != nullptr) {
    CheckSameClasses(*datasets.train, *datasets.eval, faults);
  }
  return datasets;
}

}  // namespace nepa::loop
