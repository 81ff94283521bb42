#include "coordinator/rpc/messages.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/rpc/time.h"
#include "coordinator/core/find.h"
#include "coordinator/state/words.h"

namespace nepa::coordinator {
namespace {

// Why it waits now, beside why it came to wait.
std::string ReasonOf(const View& view, const state::Job& job) {
  const auto wait = view.live.waits.find(job.id);
  if (wait == view.live.waits.end()) return job.reason;
  return job.reason.empty() ? wait->second : absl::StrCat(job.reason, "; ", wait->second);
}

// Why it takes no ranks, or why it is gone.
std::string ReasonOf(const View& view, const state::Worker& worker, int64_t used) {
  std::string reason = worker.reason;
  const auto live = view.live.workers.find(worker.id);
  const bool here = live != view.live.workers.end() && live->second.connected;
  if (worker.state == state::WorkerState::kReady && !here) {
    reason = "not connected; takes no new ranks until it is";
  }
  if (worker.drained.empty()) return reason;
  const std::string left = used == 0   ? "; nothing runs there"
                           : used == 1 ? "; a rank writes its checkpoint"
                                       : absl::StrCat("; ", used, " ranks write their checkpoint");
  return absl::StrCat(reason, reason.empty() ? "" : "; ", worker.drained, left);
}

std::string AbsolutePath(const View& view, const std::string& path) {
  return absl::StrCat(view.settings.storage, "/", path);
}

void SetGang(const View& view, const state::Job& job, v1::Job& message) {
  const state::Attempt* attempt = core::LatestAttempt(view.state, job);
  if (attempt == nullptr) return;
  const auto live = view.live.ranks.find(attempt->id);
  std::set<std::string> workers;
  for (size_t i = 0; i < attempt->gang.size(); ++i) {
    const state::Rank& rank = attempt->gang[i];
    v1::GangMember& member = *message.add_gang();
    member.set_rank(static_cast<int32_t>(i));
    member.set_worker(core::WorkerName(view.state, rank.worker));
    member.set_pid(rank.pid);
    workers.insert(member.worker());
    if (live == view.live.ranks.end()) continue;
    const auto status = live->second.find(static_cast<int64_t>(i));
    if (status != live->second.end() && rank.pid == 0) member.set_pid(status->second.pid);
  }
  message.set_ranks(static_cast<int64_t>(attempt->gang.size()));
  message.mutable_workers()->Assign(workers.begin(), workers.end());
}

// Where training is: what the row says, overtaken by what the ranks reported last.
void SetProgress(const View& view, const state::Job& job, v1::Job& message) {
  int64_t step = job.step, total = job.total_steps;
  double epoch = job.epoch;
  std::map<std::string, double> metrics = job.metrics;
  const auto live = view.live.ranks.find({job.id, job.attempt});
  if (live != view.live.ranks.end()) {
    for (const auto& [rank, status] : live->second) {
      step = std::max(step, status.progress.step);
      epoch = std::max(epoch, status.progress.epoch);
      total = std::max(total, status.total_steps);
      for (const auto& [name, value] : status.progress.metrics) metrics[name] = value;
    }
  }
  message.set_step(step);
  message.set_total_steps(total);
  message.set_epoch(epoch);
  message.mutable_metrics()->insert(metrics.begin(), metrics.end());
}

}  // namespace

v1::Phase ToMessage(state::Phase phase) {
  switch (phase) {
    case state::Phase::kQueued:
      return v1::PHASE_QUEUED;
    case state::Phase::kStarting:
      return v1::PHASE_STARTING;
    case state::Phase::kRunning:
      return v1::PHASE_RUNNING;
    case state::Phase::kPaused:
      return v1::PHASE_PAUSED;
    case state::Phase::kRestarting:
      return v1::PHASE_RESTARTING;
    case state::Phase::kSucceeded:
      return v1::PHASE_SUCCEEDED;
    case state::Phase::kFailed:
      return v1::PHASE_FAILED;
    case state::Phase::kCancelled:
      return v1::PHASE_CANCELLED;
  }
  return v1::PHASE_UNSPECIFIED;
}

v1::Exit ToMessage(const state::Exit& exit) {
  v1::Exit message;
  message.set_kind(std::string(frames::Name(exit.kind)));
  message.set_rank(static_cast<int32_t>(exit.rank));
  message.set_message(exit.message);
  return message;
}

v1::Job ToMessage(const View& view, const state::Job& job, JobFileToo file) {
  v1::Job message;
  const config::JobSpec& spec = job.source->file.spec;
  message.set_id(job.id);
  message.set_name(job.name);
  message.set_kind(spec.kind == config::Kind::kPretrain ? "pretrain" : "finetune");
  message.set_phase(ToMessage(job.phase));
  message.set_reason(ReasonOf(view, job));
  message.set_attempt(job.attempt);
  message.set_restarts(job.restarts);
  message.set_user(job.user);
  message.set_queue(spec.queue);
  message.set_priority(job.priority);
  message.set_global_batch(spec.batch.global);
  message.set_epochs(static_cast<double>(spec.schedule.epochs));
  SetGang(view, job, message);
  SetProgress(view, job, message);
  *message.mutable_submitted_at() = rpc::ToMessage(job.submitted_at);
  if (job.started_at) *message.mutable_started_at() = rpc::ToMessage(*job.started_at);
  if (job.ended_at) *message.mutable_ended_at() = rpc::ToMessage(*job.ended_at);
  if (job.exit) *message.mutable_exit() = ToMessage(*job.exit);
  if (!job.id.empty()) message.set_folder(AbsolutePath(view, core::FolderOf(job.id)));
  const auto checkpoints = view.state.checkpoints_of.find(job.id);
  if (checkpoints != view.state.checkpoints_of.end()) {
    for (const std::string& id : checkpoints->second) {
      if (view.state.checkpoints.at(id).state == state::CheckpointState::kDeleting) continue;
      message.add_checkpoints(id);
    }
  }
  if (file == JobFileToo::kYes) message.set_job_file_json(job.source->json);
  return message;
}

v1::Checkpoint ToMessage(const View& view, const state::Checkpoint& checkpoint) {
  v1::Checkpoint message;
  message.set_id(checkpoint.id);
  message.set_job(checkpoint.job);
  message.set_attempt(checkpoint.attempt);
  message.set_step(checkpoint.step);
  message.set_epoch(checkpoint.epoch);
  message.set_path(AbsolutePath(view, checkpoint.path));
  message.set_bytes(checkpoint.bytes);
  message.set_sha256(checkpoint.sha256);
  message.mutable_metrics()->insert(checkpoint.metrics.begin(), checkpoint.metrics.end());
  message.set_state(
      checkpoint.state == state::CheckpointState::kAvailable  ? v1::CHECKPOINT_STATE_AVAILABLE
      : checkpoint.state == state::CheckpointState::kDeleting ? v1::CHECKPOINT_STATE_DELETING
                                                              : v1::CHECKPOINT_STATE_CORRUPT);
  message.set_pinned(checkpoint.pinned);
  *message.mutable_created_at() = rpc::ToMessage(checkpoint.created_at);
  return message;
}

v1::Worker ToMessage(const View& view, const state::Worker& worker) {
  v1::Worker message;
  message.set_id(worker.id);
  message.set_name(worker.name);
  message.set_address(worker.address);
  const state::WorkerState shown = state::ShownState(worker);
  const int64_t used = core::UsedSlots(view.state, worker);
  message.set_state(shown == state::WorkerState::kReady      ? v1::WORKER_STATE_READY
                    : shown == state::WorkerState::kDraining ? v1::WORKER_STATE_DRAINING
                                                             : v1::WORKER_STATE_LOST);
  message.set_reason(ReasonOf(view, worker, used));
  message.set_incarnation(worker.incarnation);
  message.mutable_slots()->set_total(worker.slots);
  message.mutable_slots()->set_used(used);
  const bool takes = shown == state::WorkerState::kReady;
  message.mutable_slots()->set_free(takes ? std::max<int64_t>(0, worker.slots - used) : 0);
  message.set_device(worker.device);
  message.mutable_labels()->insert(worker.labels.begin(), worker.labels.end());
  message.set_http_address(worker.http_address);
  message.set_version(worker.version);
  return message;
}

v1::Event ToMessage(const state::Event& event) {
  v1::Event message;
  *message.mutable_time() = rpc::ToMessage(event.time);
  message.set_job(event.job);
  message.set_attempt(event.attempt);
  message.set_kind(event.kind);
  message.set_message(event.message);
  return message;
}

v1::MetricPoint ToMessage(const state::MetricPoint& point) {
  v1::MetricPoint message;
  message.set_step(point.step);
  *message.mutable_time() = rpc::ToMessage(point.time);
  message.mutable_values()->insert(point.values.begin(), point.values.end());
  return message;
}

v1::TraceSpan ToMessage(const state::Span& span) {
  v1::TraceSpan message;
  message.set_attempt(span.attempt);
  message.set_process(span.process);
  message.set_thread(span.span.thread);
  message.set_name(span.span.name);
  *message.mutable_begin() = rpc::ToMessage(span.span.begin);
  *message.mutable_duration() = rpc::ToMessage(span.span.duration);
  return message;
}

v1::JobFileFaults ToMessage(const std::vector<config::Fault>& faults) {
  v1::JobFileFaults message;
  for (const config::Fault& fault : faults) {
    v1::JobFileFault& one = *message.add_faults();
    one.set_file(fault.file);
    one.set_line(fault.position.line);
    one.set_column(fault.position.column);
    one.set_field(fault.field);
    one.set_message(fault.message);
  }
  return message;
}

}  // namespace nepa::coordinator
