#include "worker/train/loop/evaluation.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/exception_status.h"
#include "common/base/status.h"
#include "worker/train/data/loader.h"
#include "worker/train/data/tensors.h"
#include "worker/train/evaluate/accuracy.h"
#include "worker/train/evaluate/knn.h"
#include "worker/train/evaluate/spread.h"
#include "worker/train/loop/ending.h"
#include "worker/train/loop/loader_threads.h"
#include "worker/train/loop/subset.h"

namespace nepa::loop {
namespace {

using evaluate::AccuracyCounts;

// One rank's pass over a dataset.
struct Pass {
  const Session& session;
  collective::Collective& collective;
  const StopRequest& stop;

  // Calls `visit` for every batch of this rank's part; `first` is the index of its first image.
  absl::Status Over(const std::shared_ptr<const data::Dataset>& dataset, absl::string_view field,
                    const std::function<void(const data::Batch&, int64_t first)>& visit) const {
    data::LoaderOptions options = data::EvaluationLoaderOptions(
        session.spec(), session.model.config(), collective.rank(), collective.world_size());
    options.threads = LoaderThreads(session);
    NEPA_ASSIGN_OR_RETURN(const std::unique_ptr<data::Loader> loader,
                          data::Loader::Start(dataset, options));
    for (;;) {
      absl::StatusOr<data::Batch> batch = loader->Next();
      if (absl::IsOutOfRange(batch.status())) return absl::OkStatus();
      if (!batch.ok()) return LoadingFault(session.job, field, batch.status());
      // Several ranks would have to agree on giving up, so only one alone does.
      if (collective.world_size() == 1 && stop.wish() != StopRequest::Wish::kNone) {
        return absl::CancelledError("stopped while evaluating");
      }
      if (batch->size() == 0) continue;
      visit(*batch, batch->batch * options.global_batch + batch->first_position);
    }
  }

  model::ForwardResult Forward(const model::VitNepa& model, const data::Batch& batch,
                               model::ForwardOptions options = {}) const {
    options.precision = session.spec().precision;
    return model.Forward(data::PixelTensor(batch).to(session.device), options);
  }
};

absl::Status SumCounts(collective::Collective& collective, std::vector<AccuracyCounts>& counts) {
  std::vector<int64_t> flat;
  for (const AccuracyCounts& count : counts) {
    flat.insert(flat.end(), {count.images, count.top1_correct, count.top5_correct});
  }
  const at::Tensor sums = at::tensor(flat, at::TensorOptions(at::kLong));
  NEPA_RETURN_IF_ERROR(collective.AllReduceSum(sums));
  const int64_t* sum = sums.const_data_ptr<int64_t>();
  for (AccuracyCounts& count : counts) {
    count = {sum[0], sum[1], sum[2]};
    sum += 3;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, double>> EvaluateClassifier(const Pass& pass) {
  const Session& session = pass.session;
  std::vector<const model::VitNepa*> models = {&session.model};
  if (session.averaged.has_value() && session.averaged->rule.updates() > 0) {
    models.push_back(&session.averaged->model);
  }
  std::vector<AccuracyCounts> counts(models.size());
  NEPA_RETURN_IF_ERROR(
      pass.Over(session.datasets.eval, "data.eval.path", [&](const data::Batch& batch, int64_t) {
        const at::Tensor labels_B = data::LabelTensor(batch);
        for (size_t i = 0; i < models.size(); ++i) {
          const model::ForwardResult result = pass.Forward(*models[i], batch);
          evaluate::CountCorrect(result.logits_BK.to(at::kCPU), labels_B, counts[i]);
        }
      }));
  NEPA_RETURN_IF_ERROR(SumCounts(pass.collective, counts));
  std::map<std::string, double> metrics = {{"top1", counts[0].top1()}, {"top5", counts[0].top5()}};
  if (models.size() > 1) {
    metrics["ema_top1"] = counts[1].top1();
    metrics["ema_top5"] = counts[1].top5();
  }
  return metrics;
}

// The frozen feature of each image after each block: the mean of its patch tokens. [L, B, D]
at::Tensor BlockFeatures(const Pass& pass, const data::Batch& batch, at::Tensor into_LBD) {
  model::ForwardOptions options;
  options.after_block = [&](int64_t block, const at::Tensor& hidden_BTD) {
    into_LBD.select(0, block).copy_(hidden_BTD.narrow(1, 1, hidden_BTD.size(1) - 1).mean(1));
  };
  pass.Forward(pass.session.model, batch, options);
  return into_LBD;
}

absl::StatusOr<std::map<std::string, double>> EvaluateKnn(const Pass& pass) {
  const Session& session = pass.session;
  const config::Knn& knn = *session.spec().evaluation.knn;
  const int64_t blocks = session.model.config().num_hidden_layers;
  const int64_t width = session.model.config().hidden_size;

  const auto gallery_set = SpreadSubset(session.datasets.train, knn.gallery);
  const at::Tensor gallery_LGD = at::zeros({blocks, gallery_set->count(), width}, at::kFloat);
  NEPA_RETURN_IF_ERROR(
      pass.Over(gallery_set, "data.train.path", [&](const data::Batch& batch, int64_t first) {
        BlockFeatures(pass, batch, gallery_LGD.narrow(1, first, batch.size()));
      }));
  NEPA_RETURN_IF_ERROR(pass.collective.AllReduceSum(gallery_LGD));
  std::vector<int64_t> gallery_labels;
  for (int64_t i = 0; i < gallery_set->count(); ++i) {
    gallery_labels.push_back(gallery_set->label(i));
  }
  const at::Tensor labels_G = at::tensor(gallery_labels, at::TensorOptions(at::kLong));

  // The rank is that of the features as they are, so it is taken before a gallery scales them.
  std::vector<double> ranks;
  std::vector<evaluate::KnnGallery> galleries;
  for (int64_t block = 0; block < blocks; ++block) {
    const at::Tensor features_GD = gallery_LGD.select(0, block);
    ranks.push_back(evaluate::EffectiveRank(features_GD));
    galleries.emplace_back(features_GD, labels_G);
  }

  const evaluate::KnnOptions options{.k = knn.k,
                                     .temperature = knn.temperature,
                                     .class_count = session.datasets.train->class_count()};
  // Queries are compared batch by batch: kept, they could be many times the gallery.
  std::vector<AccuracyCounts> counts(static_cast<size_t>(blocks));
  NEPA_RETURN_IF_ERROR(pass.Over(
      SpreadSubset(session.datasets.eval, knn.queries), "data.eval.path",
      [&](const data::Batch& batch, int64_t) {
        const at::Tensor features_LBD =
            BlockFeatures(pass, batch, at::zeros({blocks, batch.size(), width}, at::kFloat));
        const at::Tensor labels_B = data::LabelTensor(batch);
        for (size_t block = 0; block < galleries.size(); ++block) {
          const at::Tensor features_BD = features_LBD.select(0, static_cast<int64_t>(block));
          const AccuracyCounts of_batch = galleries[block].Accuracy(features_BD, labels_B, options);
          counts[block].images += of_batch.images;
          counts[block].top1_correct += of_batch.top1_correct;
          counts[block].top5_correct += of_batch.top5_correct;
        }
      }));
  NEPA_RETURN_IF_ERROR(SumCounts(pass.collective, counts));

  std::map<std::string, double> metrics;
  size_t best = 0;
  for (size_t block = 0; block < counts.size(); ++block) {
    metrics[absl::StrCat("knn_top1_block_", block)] = counts[block].top1();
    if (counts[block].top1() > counts[best].top1()) best = block;
  }
  metrics["knn_top1"] = counts[best].top1();
  metrics["effective_rank"] = ranks[best];
  return metrics;
}

}  // namespace

bool HasEvaluation(const Session& session) {
  return session.datasets.eval != nullptr && (session.spec().kind == config::Kind::kFinetune ||
                                              session.spec().evaluation.knn.has_value());
}

absl::StatusOr<std::map<std::string, double>> Evaluate(const Session& session,
                                                       collective::Collective& collective,
                                                       const StopRequest& stop) {
  const at::NoGradGuard no_gradients;
  const Pass pass{session, collective, stop};
  const bool classifier = session.spec().kind == config::Kind::kFinetune;
  // Only here it is known which fields of the job file the memory follows from.
  try {
    return classifier ? EvaluateClassifier(pass) : EvaluateKnn(pass);
  } catch (const std::exception& error) {
    if (!IsOutOfMemory(ExceptionStatus(error, "evaluating"))) throw;
    return EndWith(frames::ExitKind::kOutOfMemory,
                   absl::ResourceExhaustedError(absl::StrCat(
                       "evaluation needs more memory than there is; set a smaller evaluation.batch",
                       classifier ? "" : " or evaluation.knn.gallery", " in the job file")));
  }
}

}  // namespace nepa::loop
