#include "worker/train/loop/training_step.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "worker/train/data/tensors.h"
#include "worker/train/evaluate/spread.h"
#include "worker/train/loop/ending.h"
#include "worker/train/objective/classification.h"
#include "worker/train/objective/nepa_loss.h"
#include "worker/train/optim/gradient_norm.h"

namespace nepa::loop {
namespace {

using config::Kind;
using frames::ExitKind;

// Images that share one RoPE augmentation: what one forward pass of the reference sees.
constexpr int64_t kRopeGroupOfBasePretraining = 256;
constexpr int64_t kRopeGroup = 128;
// Of a rank's first images of a step: enough to see a collapse, too few to cost time.
constexpr int64_t kSpreadImages = 64;

int64_t RopeGroup(const config::JobSpec& spec) {
  const bool base_pretraining =
      spec.kind == Kind::kPretrain && spec.recipe == config::Recipe::kBase;
  return base_pretraining ? kRopeGroupOfBasePretraining : kRopeGroup;
}

model::ForwardOptions ForwardFor(const data::Batch& batch, const Session& session) {
  model::ForwardOptions options;
  options.precision = session.spec().precision;
  options.randomness = model::ForwardRandomness{.seed = session.spec().seed,
                                                .step = session.step,
                                                .first_position = batch.first_position,
                                                .rope_group = RopeGroup(session.spec())};
  return options;
}

// The mean over the images of `batch`.
at::Tensor Loss(const model::ForwardResult& result, const data::Batch& batch,
                const Session& session) {
  if (session.spec().kind == Kind::kPretrain) {
    return objective::NepaLoss(result.input_embedding_BTD, result.last_hidden_state_BTD);
  }
  const at::Tensor targets_BK =
      data::TargetTensor(batch, static_cast<int64_t>(session.model.config().labels.size()),
                         session.spec().augmentation.label_smoothing);
  return objective::SoftCrossEntropy(result.logits_BK, targets_BK.to(session.device));
}

double Spread(const at::Tensor& input_embedding_BTD) {
  const int64_t images = std::min(input_embedding_BTD.size(0), kSpreadImages);
  const int64_t patches = input_embedding_BTD.size(1) - 1;
  return evaluate::EmbeddingStd(
      input_embedding_BTD.detach().narrow(0, 0, images).narrow(1, 1, patches));
}

void AddLedgerEntries(const data::Batch& batch, std::vector<LedgerEntry>& ledger) {
  for (size_t i = 0; i < batch.digests.size(); ++i) {
    ledger.push_back(
        {batch.first_position + static_cast<int64_t>(i), batch.samples[i], batch.digests[i]});
  }
}

// Every rank's gradients become the sum over the ranks; a rank without images counts as 0.
absl::Status SumGradients(collective::Collective& collective, const Session& session) {
  if (collective.world_size() == 1) return absl::OkStatus();
  std::vector<at::Tensor> flat;
  for (const model::NamedTensor& parameter : session.model.parameters()) {
    if (!parameter.tensor.requires_grad()) continue;
    at::Tensor& gradient = parameter.tensor.mutable_grad();
    if (!gradient.defined()) gradient = at::zeros_like(parameter.tensor.detach());
    flat.push_back(gradient.reshape({-1}));
  }
  const at::Tensor all = at::cat(flat);
  NEPA_RETURN_IF_ERROR(collective.AllReduceSum(all));
  int64_t begin = 0;
  for (const model::NamedTensor& parameter : session.model.parameters()) {
    if (!parameter.tensor.requires_grad()) continue;
    at::Tensor& gradient = parameter.tensor.mutable_grad();
    gradient.copy_(all.narrow(0, begin, gradient.numel()).view_as(gradient));
    begin += gradient.numel();
  }
  return absl::OkStatus();
}

// The loss is each rank's share of it; the spread the mean over the ranks that have seen one, since
// of a small batch some ranks get no image.
absl::Status SumResult(collective::Collective& collective, bool has_spread, StepResult& result) {
  if (collective.world_size() == 1) return absl::OkStatus();
  const at::Tensor sums = at::tensor({result.loss, result.embedding_std, has_spread ? 1.0 : 0.0},
                                     at::TensorOptions(at::kDouble));
  NEPA_RETURN_IF_ERROR(collective.AllReduceSum(sums));
  const double* sum = sums.const_data_ptr<double>();
  result.loss = sum[0];
  result.embedding_std = sum[2] > 0 ? sum[1] / sum[2] : 0;
  return absl::OkStatus();
}

absl::Status CheckFinite(const StepResult& result, const Session& session) {
  if (std::isfinite(result.loss) && std::isfinite(result.gradient_norm)) return absl::OkStatus();
  std::string what = absl::StrCat("the loss is ", result.loss);
  if (std::isfinite(result.loss)) {
    what = absl::StrCat("the norm of the gradients is ", result.gradient_norm);
    for (const model::NamedTensor& parameter : session.model.parameters()) {
      const at::Tensor& gradient = parameter.tensor.grad();
      if (!gradient.defined() || std::isfinite(gradient.abs().sum().item<double>())) continue;
      absl::StrAppend(&what, ", first in ", parameter.name);
      break;
    }
  }
  return EndWith(ExitKind::kNotFinite,
                 absl::OutOfRangeError(absl::StrCat(
                     "step ", session.step + 1, ": ", what, "; the weights of step ", session.step,
                     " are untouched. Lower optimizer.lr, warm up longer, set optimizer.clip_norm, "
                     "or try precision: fp32")));
}

}  // namespace

absl::StatusOr<StepResult> TakeTrainingStep(data::Loader& loader,
                                            collective::Collective& collective,
                                            const StopRequest& stop, Session& session) {
  StepResult result;
  bool has_spread = false;
  session.optimizer.ClearGradients();
  for (int64_t micro = 0, micro_count = 1; micro < micro_count; ++micro) {
    if (collective.world_size() == 1 && stop.wish() != StopRequest::Wish::kNone) {
      return absl::CancelledError("stopped within a step");
    }
    absl::StatusOr<data::Batch> batch = loader.Next();
    if (!batch.ok()) return LoadingFault(session.job, "data.train.path", batch.status());
    micro_count = batch->micro_count;
    result.epoch = batch->epoch;
    result.images = batch->global_size;
    if (batch->size() == 0) continue;
    const at::Tensor pixels_BCHW = data::PixelTensor(*batch).to(session.device);
    const model::ForwardResult forward =
        session.model.Forward(pixels_BCHW, ForwardFor(*batch, session));
    // Each image weighs the same in the global batch, however it is split.
    const double share =
        static_cast<double>(batch->size()) / static_cast<double>(batch->global_size);
    const at::Tensor loss = Loss(forward, *batch, session).mul(share);
    loss.backward();
    result.loss += loss.item<double>();
    if (micro == 0 && session.spec().kind == Kind::kPretrain) {
      result.embedding_std = Spread(forward.input_embedding_BTD);
      has_spread = true;
    }
    AddLedgerEntries(*batch, result.ledger);
  }
  NEPA_RETURN_IF_ERROR(SumGradients(collective, session));
  NEPA_RETURN_IF_ERROR(SumResult(collective, has_spread, result));
  result.gradient_norm = optim::GradientNorm(session.model.tensors());
  NEPA_RETURN_IF_ERROR(CheckFinite(result, session));

  const std::vector<double> rates =
      optim::LearningRates(session.schedule, session.step, session.rules);
  session.optimizer.Step(rates,
                         optim::ClipScale(result.gradient_norm, session.spec().optimizer.clip_norm),
                         session.averaged.has_value() ? &session.averaged->rule : nullptr);
  ++session.step;
  result.learning_rate = *std::max_element(rates.begin(), rates.end());
  return result;
}

}  // namespace nepa::loop
