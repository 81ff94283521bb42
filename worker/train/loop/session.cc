#include "worker/train/loop/session.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "worker/train/checkpoint/checkpoint.h"
#include "worker/train/loop/ending.h"
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

// Of the classifier: as the job file names them, else as the training images are sorted.
absl::StatusOr<std::vector<std::string>> ClassNames(const config::JobFile& job,
                                                    const Datasets& datasets) {
  const std::vector<std::string>& named = job.spec.model.config.labels;
  const std::vector<std::string>& found = datasets.train->class_names();
  if (named.empty()) return found;
  if (named.size() == found.size()) return named;
  return JobFault(job, "model.id2label",
                  absl::StrCat("names ", named.size(), " classes, but the training images have ",
                               found.size()));
}

// Where a fresh run's weights start: in another model, or from random ones.
absl::StatusOr<model::VitNepa> StartModel(const frames::TrainerJob& order,
                                          const config::JobFile& job, const Datasets& datasets,
                                          at::Device device) {
  const config::ModelChoice& choice = job.spec.model;
  model::StartOptions options;
  options.ema = choice.ema;
  if (job.spec.kind == config::Kind::kFinetune) {
    NEPA_ASSIGN_OR_RETURN(options.labels, ClassNames(job, datasets));
  }
  options.fields = choice.config;
  options.overrides = choice.overrides;
  options.device = device;
  // A trainer that runs alone is given no folder of its own; a plain path serves as it stands.
  const std::string folder = order.model_from.empty() && absl::StartsWith(choice.from, "/")
                                 ? choice.from
                                 : order.model_from;
  if (folder.empty() && !choice.from.empty()) {
    return JobFault(job, "model.from",
                    absl::StrCat("\"", choice.from,
                                 "\" can only be resolved by a coordinator; a "
                                 "trainer that runs alone takes the path of a model folder"));
  }
  if (folder.empty()) {
    config::ModelConfig config = choice.config;
    config.labels = options.labels;
    return model::VitNepa::Create(config, job.spec.seed, device);
  }
  absl::StatusOr<model::VitNepa> started = model::StartFromModel(folder, options);
  if (!started.ok()) return SourceFault(job, "model.from", started.status());
  return started;
}

// A checkpoint only continues the run that it was taken of.
absl::Status CheckSameRun(const checkpoint::TrainerState& state, const config::JobFile& job,
                          const StepPlan& plan, int64_t train_count) {
  const auto differs = [&](absl::string_view field, absl::string_view what, auto then, auto now) {
    return JobFault(job, field,
                    absl::StrCat("the checkpoint to resume from was trained with ", what, " ", then,
                                 ", now it is ", now,
                                 "; restore it, or submit a new job with "
                                 "model.from"));
  };
  const config::JobSpec& spec = job.spec;
  if (state.train_count != train_count) {
    return differs("data.train.path", "a count of training images of", state.train_count,
                   train_count);
  }
  if (state.seed != spec.seed) return differs("seed", "seed", state.seed, spec.seed);
  if (state.global_batch != spec.batch.global) {
    return differs("batch.global", "batch.global", state.global_batch, spec.batch.global);
  }
  if (state.keep_last_batch != (spec.batch.last == config::LastBatch::kKeep)) {
    return differs("batch.last", "batch.last", state.keep_last_batch ? "keep" : "drop",
                   state.keep_last_batch ? "drop" : "keep");
  }
  if (state.total_steps != plan.total_steps) {
    return differs("schedule", "a total of steps of", state.total_steps, plan.total_steps);
  }
  return absl::OkStatus();
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

Session Assemble(const frames::TrainerJob& order, const config::JobFile& job, Datasets datasets,
                 const StepPlan& plan, at::Device device, model::VitNepa model) {
  const config::JobSpec& spec = job.spec;
  std::vector<optim::ParameterRule> rules = optim::MakeParameterRules(
      model.parameters(), model.config().num_hidden_layers, spec.kind, spec.optimizer,
      spec.batch.global, spec.model.freeze_patch_embedding);
  ApplyFreezing(rules, model);
  optim::AdamW optimizer(model.parameters(), WeightDecays(rules),
                         {spec.optimizer.beta1, spec.optimizer.beta2, spec.optimizer.eps});
  std::optional<AveragedModel> averaged;
  if (spec.ema.decay.has_value()) {
    model::VitNepa zeros = model::VitNepa::Zeros(model.config(), device);
    optim::Ema rule(*spec.ema.decay, zeros.tensors());
    averaged.emplace(AveragedModel{std::move(zeros), std::move(rule)});
  }
  const MicroPlan micro = MakeMicroPlan(spec, model.config(), order.world_size);
  const optim::Schedule schedule{
      .total_steps = plan.total_steps,
      .warmup_steps = optim::WarmupSteps(spec.schedule.warmup, plan.total_steps),
      .layerwise = spec.kind == config::Kind::kFinetune};
  return {.order = order,
          .job = job,
          .device = device,
          .datasets = std::move(datasets),
          .plan = plan,
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

absl::StatusOr<Session> PrepareSession(const frames::TrainerJob& order,
                                       const config::JobFile& job) {
  NEPA_ASSIGN_OR_RETURN(Datasets datasets, OpenDatasets(job));
  const int64_t train_count = datasets.train->count();
  absl::StatusOr<StepPlan> plan = MakeStepPlan(job.spec, train_count);
  if (!plan.ok()) return JobFault(job, "batch.global", plan.status().message());
  NEPA_ASSIGN_OR_RETURN(const at::Device device, FindDevice(order, job));

  if (order.resume_from.empty()) {
    NEPA_ASSIGN_OR_RETURN(model::VitNepa model, StartModel(order, job, datasets, device));
    return Assemble(order, job, std::move(datasets), *plan, device, std::move(model));
  }
  const auto manifest = checkpoint::Verify(order.resume_from);
  if (!manifest.ok()) return NotWhole(order.resume_from, manifest.status());
  absl::StatusOr<checkpoint::Loaded> loaded =
      checkpoint::LoadVerified(order.resume_from, *manifest);
  if (!loaded.ok()) return CheckpointFault(order.resume_from, loaded.status());
  NEPA_RETURN_IF_ERROR(CheckSameRun(loaded->state, job, *plan, train_count));
  absl::StatusOr<model::VitNepa> model = RestoreModel(*loaded, device);
  if (!model.ok()) return CheckpointFault(order.resume_from, model.status());
  Session session = Assemble(order, job, std::move(datasets), *plan, device, *std::move(model));
  if (absl::Status status = Restore(*loaded, session); !status.ok()) {
    return CheckpointFault(order.resume_from, status);
  }
  return session;
}

}  // namespace nepa::loop
