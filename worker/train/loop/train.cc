#include "worker/train/loop/train.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>
#include <torch/headeronly/version.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/version.h"
#include "worker/train/checkpoint/writer.h"
#include "worker/train/data/loader.h"
#include "worker/train/loop/collapse_monitor.h"
#include "worker/train/loop/ending.h"
#include "worker/train/loop/evaluation.h"
#include "worker/train/loop/every.h"
#include "worker/train/loop/ledger.h"
#include "worker/train/loop/ledger_digests.h"
#include "worker/train/loop/loader_threads.h"
#include "worker/train/loop/reports.h"
#include "worker/train/loop/training_step.h"

namespace nepa::loop {
namespace {

using frames::ExitKind;
using Wish = StopRequest::Wish;

// One rank's run over the steps of a session.
class Run {
 public:
  Run(Session& session, collective::Collective& collective, const StopRequest& stop,
      FrameOutput& output, SpanLog& spans)
      : session_(session),
        collective_(collective),
        stop_(stop),
        output_(output),
        spans_(spans),
        reports_(session, output, spans),
        collapse_(session.spec().monitor, session.collapse_count),
        evaluation_due_(session.spec().evaluation.every, session.plan.steps_per_epoch, SteadyNow()),
        checkpoint_due_(session.spec().checkpoint.every, session.plan.steps_per_epoch, SteadyNow()),
        settled_step_(session.step),
        last_checkpoint_step_(session.step) {
    if (session.step == 0 && session.spec().evaluation.at_start) session.evaluation_owed = true;
  }

  absl::Status Open();
  absl::Status Steps();

 private:
  // What all ranks have agreed to do between two steps.
  struct Agreement {
    Wish stop = Wish::kNone;
    bool evaluate = false;
    bool checkpoint = false;
  };

  bool is_first_rank() const { return collective_.rank() == 0; }
  absl::Status OpenLoader();
  absl::Status OpenFiles();
  absl::Status Step();
  absl::StatusOr<Agreement> Agree();
  absl::StatusOr<bool> EvaluateNow();
  absl::Status CheckpointNow();
  absl::Status Stop(Wish wish);
  absl::Status Append(StepResult& result);
  void SendWritten(const checkpoint::Writer::Written& written);

  Session& session_;
  collective::Collective& collective_;
  const StopRequest& stop_;
  FrameOutput& output_;
  SpanLog& spans_;
  Reports reports_;
  CollapseMonitor collapse_;
  Every evaluation_due_;
  Every checkpoint_due_;
  int64_t settled_step_;          // what was due after this step has been done
  int64_t last_checkpoint_step_;  // the step of the latest checkpoint, written or resumed from
  std::unique_ptr<data::Loader> loader_;
  std::optional<Ledger> ledger_;                // rank 0, where the job file asks for it
  std::unique_ptr<checkpoint::Writer> writer_;  // rank 0; last: its thread uses the ledger
};

absl::Status Run::Open() {
  if (is_first_rank()) {
    const Timed opening(spans_, "train", "open the job's folder");
    NEPA_RETURN_IF_ERROR(OpenFiles());
  }
  return OpenLoader();
}

absl::Status Run::OpenLoader() {
  absl::StatusOr<data::LoaderOptions> options =
      data::TrainingLoaderOptions(session_.spec(), session_.model.config());
  if (!options.ok()) return JobFault(session_.job, "augmentation", options.status().message());
  const data::Sampler sampler = session_.sampler();
  options->world_size = collective_.world_size();
  options->rank = collective_.rank();
  options->micro_batch = session_.micro.micro_batch;
  options->threads = LoaderThreads(session_);
  options->digests = session_.spec().ledger;
  options->start = sampler.CursorAt(session_.step);
  options->end = sampler.CursorAt(session_.plan.total_steps);
  absl::StatusOr<std::unique_ptr<data::Loader>> loader =
      data::Loader::Start(session_.datasets.train, *options);
  if (!loader.ok()) return SourceFault(session_.job, "data.train.path", loader.status());
  loader_ = *std::move(loader);
  return absl::OkStatus();
}

absl::Status Run::OpenFiles() {
  const std::string checkpoints = absl::StrCat(session_.order.folder, "/checkpoints");
  const frames::TrainerJob& order = session_.order;
  NEPA_RETURN_IF_ERROR(StorageFault(checkpoint::RemoveLeftovers(checkpoints)));
  if (order.registered_checkpoints.has_value()) {
    NEPA_RETURN_IF_ERROR(StorageFault(
        checkpoint::RemoveUnregistered(checkpoints, order.attempt, *order.registered_checkpoints)));
  }
  if (session_.spec().ledger) {
    absl::StatusOr<Ledger> ledger = Ledger::Open(absl::StrCat(session_.order.folder, "/ledger.tsv"),
                                                 session_.step, session_.order.attempt);
    if (absl::IsDataLoss(ledger.status())) {
      return EndWith(ExitKind::kInvalidJob, ledger.status());
    }
    if (!ledger.ok()) return StorageFault(ledger.status());
    ledger_.emplace(*std::move(ledger));
  }
  writer_ = std::make_unique<checkpoint::Writer>(
      checkpoints,
      checkpoint::Writer::Callbacks{
          .before_commit =
              [this] { return ledger_.has_value() ? ledger_->Sync() : absl::OkStatus(); },
          .written = [this](const checkpoint::Writer::Written& written) { SendWritten(written); }});
  return absl::OkStatus();
}

absl::Status Run::Steps() {
  reports_.Started();
  for (;;) {
    NEPA_ASSIGN_OR_RETURN(Agreement agreed, Agree());
    session_.evaluation_owed = agreed.evaluate;
    if (agreed.stop != Wish::kNone) return Stop(agreed.stop);
    if (agreed.evaluate) {
      const absl::StatusOr<bool> worth_keeping = EvaluateNow();
      if (absl::IsCancelled(worth_keeping.status())) return Stop(stop_.wish());
      if (!worth_keeping.ok()) return worth_keeping.status();
      agreed.checkpoint |= *worth_keeping;
    }
    if (agreed.checkpoint) NEPA_RETURN_IF_ERROR(CheckpointNow());
    settled_step_ = session_.step;
    if (session_.step == session_.plan.total_steps) break;
    NEPA_RETURN_IF_ERROR(Step());
  }
  return writer_ == nullptr ? absl::OkStatus() : StorageFault(writer_->Wait());
}

absl::Status Run::Step() {
  const absl::Time begin = SteadyNow();
  const absl::Duration waited = loader_->waited();
  absl::StatusOr<StepResult> taken = TakeTrainingStep(*loader_, collective_, stop_, session_);
  // The next agreement sees the same wish and stops.
  if (absl::IsCancelled(taken.status())) return absl::OkStatus();
  if (!taken.ok()) return taken.status();
  StepResult& result = *taken;
  NEPA_RETURN_IF_ERROR(Append(result));
  const absl::Time end = SteadyNow();
  reports_.Step(result, end - begin, loader_->waited() - waited, end);
  if (session_.spec().kind == config::Kind::kPretrain &&
      collapse_.Collapsed(result.embedding_std)) {
    return EndWith(
        ExitKind::kCollapsed,
        absl::OutOfRangeError(absl::StrFormat(
            "step %d: the embeddings have collapsed: their spread, %.3g, has been below "
            "monitor.collapse_std, %.3g, for %d steps (loss %.4f). Lower optimizer.lr or "
            "warm up longer",
            session_.step, result.embedding_std, session_.spec().monitor.collapse_std,
            collapse_.count(), result.loss)));
  }
  session_.collapse_count = collapse_.count();
  return absl::OkStatus();
}

absl::Status Run::Append(StepResult& result) {
  if (!session_.spec().ledger) return absl::OkStatus();
  NEPA_RETURN_IF_ERROR(GatherLedger(collective_, session_, result));
  if (!ledger_.has_value()) return absl::OkStatus();
  return StorageFault(ledger_->Append(session_.step, result.epoch, result.ledger));
}

absl::StatusOr<Run::Agreement> Run::Agree() {
  const bool last = session_.step == session_.plan.total_steps;
  const Wish wish = stop_.wish();
  Agreement own;
  // Rank 0's clock and storage decide for all.
  if (is_first_rank()) {
    NEPA_RETURN_IF_ERROR(StorageFault(writer_->status()));
    const absl::Time now = SteadyNow();
    // A step that was given up leaves the one before it, with which all is done.
    const bool due =
        session_.step != settled_step_ && (last || evaluation_due_.Due(session_.step, now));
    own.evaluate = HasEvaluation(session_) && (session_.evaluation_owed || due);
    own.checkpoint = last || checkpoint_due_.Due(session_.step, now);
  }
  const at::Tensor votes =
      at::tensor({wish == Wish::kStop ? 1 : 0, wish == Wish::kCheckpointAndStop ? 1 : 0,
                  own.evaluate ? 1 : 0, own.checkpoint ? 1 : 0},
                 at::TensorOptions(at::kLong));
  NEPA_RETURN_IF_ERROR(collective_.AllReduceSum(votes));
  const int64_t* vote = votes.const_data_ptr<int64_t>();
  Agreement agreed;
  agreed.evaluate = vote[2] > 0;
  agreed.checkpoint = vote[3] > 0;
  if (vote[0] > 0) {
    agreed.stop = Wish::kStop;
  } else if (vote[1] > 0 && (!last || agreed.evaluate)) {
    agreed.stop = Wish::kCheckpointAndStop;
  }
  return agreed;
}

// Whether this step is worth a checkpoint of its own. CANCELLED as Evaluate().
absl::StatusOr<bool> Run::EvaluateNow() {
  const absl::Time begin = SteadyNow();
  absl::StatusOr<std::map<std::string, double>> values = Evaluate(session_, collective_, stop_);
  const absl::Time end = SteadyNow();
  evaluation_due_.Done(end);
  spans_.Add("train", absl::StrCat("evaluate step ", session_.step), begin, end - begin);
  if (!values.ok()) return values.status();
  session_.evaluation_owed = false;
  reports_.Evaluated(*values);
  if (session_.step == 0) return false;
  const bool improved = session_.best.Improves(*values);
  // The checkpoint that this attempt has resumed from says that the evaluation is still owed.
  const bool outdated = last_checkpoint_step_ == session_.step;
  if (outdated) last_checkpoint_step_ = -1;
  return outdated || (improved && session_.spec().checkpoint.keep.best > 0);
}

absl::Status Run::CheckpointNow() {
  checkpoint_due_.Done(SteadyNow());
  if (writer_ == nullptr || last_checkpoint_step_ == session_.step) return absl::OkStatus();
  last_checkpoint_step_ = session_.step;
  const config::JobSpec& spec = session_.spec();
  checkpoint::Content content{
      .config = session_.model.config(),
      .weights = session_.model.parameters(),
      .optimizer = session_.optimizer.State(),
      .state = {.job_id = session_.order.job_id,
                .attempt = session_.order.attempt,
                .step = session_.step,
                .epoch = session_.plan.EpochAt(session_.step),
                .total_steps = session_.plan.total_steps,
                .seed = spec.seed,
                .train_count = session_.datasets.train->count(),
                .global_batch = spec.batch.global,
                .keep_last_batch = spec.batch.last == config::LastBatch::kKeep,
                .collapse_count = session_.collapse_count,
                .precision = spec.precision == config::Precision::kBf16 ? "bf16" : "fp32",
                .world_size = collective_.world_size(),
                .micro_batch = session_.micro.micro_batch,
                .nepa_version = kVersion,
                .libtorch_version = TORCH_VERSION,
                .metrics = session_.MetricsOfThisStep(),
                .last_evaluation = session_.last_evaluation,
                .evaluation_owed = session_.evaluation_owed,
                .best = session_.best.value()}};
  if (session_.averaged.has_value()) content.ema = session_.averaged->model.parameters();
  return StorageFault(writer_->Start(content));
}

absl::Status Run::Stop(Wish wish) {
  reports_.Stopped();
  if (wish == Wish::kCheckpointAndStop && session_.step > 0) NEPA_RETURN_IF_ERROR(CheckpointNow());
  if (writer_ != nullptr) NEPA_RETURN_IF_ERROR(StorageFault(writer_->Wait()));
  return EndWith(ExitKind::kStopped,
                 absl::CancelledError(absl::StrCat(
                     "stopped after step ", session_.step, " of ", session_.plan.total_steps,
                     session_.evaluation_owed ? ", before its evaluation" : "")));
}

void Run::SendWritten(const checkpoint::Writer::Written& written) {
  SpanLog spans;  // of its own, since this is the writer's thread
  const std::string step = absl::StrCat(" checkpoint of step ", written.state.step);
  spans.Add("train", absl::StrCat("copy for", step), written.stall_began, written.stall);
  spans.Add("checkpoint", absl::StrCat("write", step), written.write_began, written.write_time);
  output_.Send(frames::CheckpointWritten{
      .step = written.state.step,
      .epoch = written.state.epoch,
      .path = absl::StrCat("checkpoints/",
                           checkpoint::FolderName(written.state.step, written.state.attempt)),
      .bytes = written.folder.bytes,
      .sha256 = written.folder.manifest_sha256,
      .metrics = written.state.metrics,
      .write_seconds = absl::ToDoubleSeconds(written.write_time),
      .stall_seconds = absl::ToDoubleSeconds(written.stall),
      .spans = spans.Take()});
}

}  // namespace

absl::Status Train(Session& session, collective::Collective& collective, const StopRequest& stop,
                   FrameOutput& output, SpanLog& spans) {
  Run run(session, collective, stop, output, spans);
  NEPA_RETURN_IF_ERROR(run.Open());
  return run.Steps();
}

}  // namespace nepa::loop
