#include "worker/train/loop/session.h"

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "worker/train/checkpoint/checkpoint.h"
#include "worker/train/loop/ending.h"
#include "worker/train/loop/misfits.h"
#include "worker/train/model/model_folder.h"

namespace nepa::loop {
namespace {

using frames::ExitKind;

// A model that is being trained: every parameter gets a gradient unless its rule freezes it.
void ApplyFreezing(const std::vector<optim::ParameterRule>& rules, model::VitNepa& model) {
  const std::vector<model::NamedTensor>& parameters = model.parameters();
  for (size_t i = 0; i < rules.size(); ++i) {
    parameters[i].tensor.set_requires_grad(!rules[i].frozen);
  }
}

std::vector<double> WeightDecays(const std::vector<optim::ParameterRule>& rules) {
  std::vector<double> decays;
  for (const optim::ParameterRule& rule : rules) decays.push_back(rule.weight_decay);
  return decays;
}

absl::StatusOr<model::VitNepa> StartModel(const ModelSource& source, const config::JobFile& job,
                                          at::Device device) {
  if (source.folder.empty()) return model::VitNepa::Create(*source.config, job.spec.seed, device);
  model::StartOptions options = source.options;
  options.device = device;
  absl::StatusOr<model::VitNepa> started = model::StartFromModel(source.folder, options);
  if (!started.ok()) return SourceFault(job, "model.from", started.status());
  return started;
}

// A checkpoint only continues the run that it was taken of.
absl::Status CheckSameRun(const checkpoint::TrainerState& state, const config::JobFile& job,
                          const StepPlan& plan, int64_t train_count) {
  JobFaults faults(job);
  const auto compare = [&](absl::string_view field, absl::string_view what, auto then, auto now) {
    if (then == now) return;
    faults.Add(field, absl::StrCat("the checkpoint to resume from was trained with ", what, " ",
                                   then, ", now it is ", now,
                                   "; restore it, or submit a new job with model.from"));
  };
  const config::JobSpec& spec = job.spec;
  const auto word = [](bool keep) { return keep ? "keep" : "drop"; };
  compare("data.train.path", "a count of training images of", state.train_count, train_count);
  compare("seed", "seed", state.seed, spec.seed);
  compare("batch.global", "batch.global", state.global_batch, spec.batch.global);
  compare("batch.last", "batch.last", std::string(word(state.keep_last_batch)),
          std::string(word(spec.batch.last == config::LastBatch::kKeep)));
  compare("schedule", "a total of steps of", state.total_steps, plan.total_steps);
  return faults.status();
}

absl::Status RestoreOptimizer(const checkpoint::Loaded& loaded, optim::AdamW& optimizer) {
  for (const model::NamedTensor& moment : optimizer.State()) {
    const auto found = loaded.optimizer.find(moment.name);
    if (found == loaded.optimizer.end() || found->second.sizes() != moment.tensor.sizes()) {
      return absl::DataLossError(absl::StrCat(checkpoint::kOptimizerFile, " has no tensor ",
                                              moment.name, " of its parameter's shape"));
    }
    moment.tensor.copy_(found->second);
  }
  optimizer.set_steps(loaded.state.step);
  return absl::OkStatus();
}

absl::Status Restore(const checkpoint::Loaded& loaded, Session& session) {
  NEPA_RETURN_IF_ERROR(RestoreOptimizer(loaded, session.optimizer));
  if (session.averaged.has_value()) {
    NEPA_RETURN_IF_ERROR(model::CopyWeights(loaded.ema, model::kEmaFile, session.averaged->model));
    session.averaged->rule.set_updates(loaded.state.step);
  }
  session.step = loaded.state.step;
  session.collapse_count = loaded.state.collapse_count;
  session.step_metrics = loaded.state.metrics;
  session.last_evaluation = loaded.state.last_evaluation;
  if (session.last_evaluation.has_value()) {
    for (const auto& [name, value] : session.last_evaluation->metrics) {
      session.step_metrics.erase(name);
    }
  }
  session.evaluation_owed = loaded.state.evaluation_owed;
  session.best = BestSoFar(session.spec().kind, loaded.state.best);
  return absl::OkStatus();
}

// Why a folder did not verify. A damaged one is the coordinator's to replace by an older one; where
// all checkpoints are out of sight, the storage is.
absl::Status NotWhole(const std::string& folder, const absl::Status& status) {
  if (absl::IsFailedPrecondition(status)) return EndWith(ExitKind::kInvalidJob, status);
  std::error_code error;
  const bool gone =
      absl::IsNotFound(status) &&
      std::filesystem::is_directory(std::filesystem::path(folder).parent_path(), error);
  if (absl::IsDataLoss(status) || gone) return EndWith(ExitKind::kDamagedCheckpoint, status);
  if (!absl::IsNotFound(status)) return EndWith(ExitKind::kStorage, status);
  return EndWith(
      ExitKind::kStorage,
      absl::UnavailableError(absl::StrCat(
          status.message(), ", nor any other of the job; is the storage mounted here?")));
}

// Why a whole checkpoint cannot be used, and what to do about it.
absl::Status CheckpointFault(const std::string& folder, const absl::Status& status) {
  if (!absl::IsDataLoss(status) && !absl::IsInvalidArgument(status)) return StorageFault(status);
  return EndWith(ExitKind::kInvalidJob,
                 absl::DataLossError(
                     absl::StrCat("cannot resume from ", folder, ": ", status.message(),
                                  ". A new job can start from an earlier checkpoint of this one: "
                                  "model.from: checkpoint/ID")));
}

absl::StatusOr<model::VitNepa> RestoreModel(const checkpoint::Loaded& loaded, at::Device device) {
  model::VitNepa model = model::VitNepa::Zeros(loaded.config, device);
  NEPA_RETURN_IF_ERROR(model::CopyWeights(loaded.weights, model::kWeightsFile, model));
  return model;
}

Session Assemble(const frames::TrainerJob& order, const config::JobFile& job, CheckedJob checked,
                 model::VitNepa model) {
  const config::JobSpec& spec = job.spec;
  std::vector<optim::ParameterRule> rules = optim::MakeParameterRules(
      model.parameters(), model.config().num_hidden_layers, spec.kind, spec.optimizer,
      spec.batch.global, spec.model.freeze_patch_embedding);
  ApplyFreezing(rules, model);
  optim::AdamW optimizer(model.parameters(), WeightDecays(rules),
                         {spec.optimizer.beta1, spec.optimizer.beta2, spec.optimizer.eps});
  std::optional<AveragedModel> averaged;
  if (spec.ema.decay.has_value()) {
    model::VitNepa zeros = model::VitNepa::Zeros(model.config(), checked.device);
    optim::Ema rule(*spec.ema.decay, zeros.tensors());
    averaged.emplace(AveragedModel{std::move(zeros), std::move(rule)});
  }
  const MicroPlan micro = MakeMicroPlan(spec, model.config(), order.world_size);
  const optim::Schedule schedule{
      .total_steps = checked.plan.total_steps,
      .warmup_steps = optim::WarmupSteps(spec.schedule.warmup, checked.plan.total_steps),
      .layerwise = spec.kind == config::Kind::kFinetune};
  return {.order = order,
          .job = job,
          .device = checked.device,
          .datasets = std::move(checked.datasets),
          .plan = checked.plan,
          .micro = micro,
          .model = std::move(model),
          .averaged = std::move(averaged),
          .rules = std::move(rules),
          .schedule = schedule,
          .optimizer = std::move(optimizer),
          .best = BestSoFar(spec.kind)};
}

}  // namespace

std::map<std::string, double> Session::LatestMetrics() const {
  std::map<std::string, double> metrics = step_metrics;
  if (last_evaluation.has_value()) {
    metrics.insert(last_evaluation->metrics.begin(), last_evaluation->metrics.end());
  }
  return metrics;
}

std::map<std::string, double> Session::MetricsOfThisStep() const {
  const bool measured = last_evaluation.has_value() && last_evaluation->step == step;
  return measured ? LatestMetrics() : step_metrics;
}

absl::StatusOr<Session> PrepareSession(const frames::TrainerJob& order, const config::JobFile& job,
                                       SpanLog& spans) {
  std::optional<Timed> timed(std::in_place, spans, "train", "open data");
  NEPA_ASSIGN_OR_RETURN(CheckedJob checked, CheckJob(order, job));
  timed.emplace(spans, "train", order.resume_from.empty() ? "load model" : "load checkpoint");
  const at::Device device = checked.device;
  if (order.resume_from.empty()) {
    NEPA_ASSIGN_OR_RETURN(model::VitNepa model, StartModel(checked.source, job, device));
    return Assemble(order, job, std::move(checked), std::move(model));
  }
  const auto manifest = checkpoint::Verify(order.resume_from);
  if (!manifest.ok()) return NotWhole(order.resume_from, manifest.status());
  absl::StatusOr<checkpoint::Loaded> loaded =
      checkpoint::LoadVerified(order.resume_from, *manifest);
  if (!loaded.ok()) return CheckpointFault(order.resume_from, loaded.status());
  NEPA_RETURN_IF_ERROR(
      CheckSameRun(loaded->state, job, checked.plan, checked.datasets.train->count()));
  absl::StatusOr<model::VitNepa> model = RestoreModel(*loaded, device);
  if (!model.ok()) return CheckpointFault(order.resume_from, model.status());
  JobFaults faults(job);
  for (const Misfit& misfit :
       Misfits(job, model->config(), Origin::kCheckpoint, *checked.datasets.train)) {
    faults.Add(misfit.field, misfit.message);
  }
  NEPA_RETURN_IF_ERROR(faults.status());
  Session session = Assemble(order, job, std::move(checked), *std::move(model));
  if (absl::Status status = Restore(*loaded, session); !status.ok()) {
    return CheckpointFault(order.resume_from, status);
  }
  return session;
}

}  // namespace nepa::loop
