#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "worker/train/loop/ending.h"
#include "worker/train/loop/session.h"

namespace nepa::loop {
namespace {

absl::StatusOr<std::shared_ptr<const data::Dataset>> Open(const config::JobFile& job,
                                                          const config::DataSource& source,
                                                          const std::string& field, uint64_t seed) {
  auto dataset = data::OpenDataset(source, seed);
  // A synthetic source has no path; its mapping is the place then.
  if (!dataset.ok()) return SourceFault(job, absl::StrCat(field, ".path"), dataset.status());
  if ((*dataset)->count() == 0) {
    return JobFault(job, absl::StrCat(field, ".path"), "there are no images");
  }
  return dataset;
}

// A label must mean the same class in both, or every accuracy is nonsense.
absl::Status CheckSameClasses(const config::JobFile& job, const data::Dataset& train,
                              const data::Dataset& eval) {
  if (train.class_names() == eval.class_names()) return absl::OkStatus();
  if (train.class_count() != eval.class_count()) {
    return JobFault(job, "data.eval.path",
                    absl::StrCat("has ", eval.class_count(), " classes, but the training data has ",
                                 train.class_count(), "; both must have the same"));
  }
  int64_t i = 0;
  while (train.class_names()[i] == eval.class_names()[i]) ++i;
  return JobFault(job, "data.eval.path",
                  absl::StrCat("class ", i, " is \"", eval.class_names()[i], "\", but \"",
                               train.class_names()[i],
                               "\" in the training data; both must have the same classes"));
}

}  // namespace

absl::StatusOr<Datasets> OpenDatasets(const config::JobFile& job) {
  Datasets datasets;
  NEPA_ASSIGN_OR_RETURN(datasets.train,
                        Open(job, job.spec.data.train, "data.train", job.spec.seed));
  if (!job.spec.data.eval.has_value()) return datasets;
  // Another seed, or synthetic evaluation images would be the training images.
  NEPA_ASSIGN_OR_RETURN(datasets.eval,
                        Open(job, *job.spec.data.eval, "data.eval", job.spec.seed + 1));
  // Pretraining looks at labels for k-NN alone.
  if (job.spec.kind == config::Kind::kFinetune || job.spec.evaluation.knn.has_value()) {
    NEPA_RETURN_IF_ERROR(CheckSameClasses(job, *datasets.train, *datasets.eval));
  }
  return datasets;
}

}  // namespace nepa::loop
