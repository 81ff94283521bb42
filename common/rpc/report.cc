#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/rpc/exchange.h"
#include "common/rpc/time.h"

namespace nepa::rpc {
namespace {

using exchange::AttemptId;

// As in a frame: common/frames/json_fields.h.
constexpr size_t kMaxMetricCount = 256;
constexpr size_t kMaxMetricNameBytes = 64;

v1::Progress ToMessage(const frames::Progress& progress) {
  v1::Progress message;
  message.set_step(progress.step);
  message.set_epoch(progress.epoch);
  message.set_images(progress.images);
  message.mutable_metrics()->insert(progress.metrics.begin(), progress.metrics.end());
  return message;
}

frames::Progress FromMessage(const v1::Progress& message) {
  return {message.step(),
          message.epoch(),
          message.images(),
          {message.metrics().begin(), message.metrics().end()}};
}

// What is counted or measured: nothing below 0, and no NaN or infinity, which no database keeps.
absl::Status CheckNumber(const char* field, double number) {
  if (std::isfinite(number) && number >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("report: \"", field, "\" is ", number, "; allowed is a finite number from 0"));
}

absl::Status CheckMetrics(const google::protobuf::Map<std::string, double>& metrics) {
  if (metrics.size() > kMaxMetricCount) {
    return absl::InvalidArgumentError(
        absl::StrCat("report: ", metrics.size(), " metrics; allowed are ", kMaxMetricCount));
  }
  for (const auto& [name, value] : metrics) {
    if (name.size() > kMaxMetricNameBytes) {
      return absl::InvalidArgumentError(absl::StrCat("report: the name of a metric has ",
                                                     name.size(), " bytes; allowed are ",
                                                     kMaxMetricNameBytes));
    }
    if (std::isfinite(value)) continue;
    return absl::InvalidArgumentError(absl::StrCat("report: metric \"", name, "\" is ", value,
                                                   "; one that is not finite is left out"));
  }
  return absl::OkStatus();
}

absl::Status Check(const v1::Progress& message) {
  NEPA_RETURN_IF_ERROR(CheckNumber("step", static_cast<double>(message.step())));
  NEPA_RETURN_IF_ERROR(CheckNumber("epoch", message.epoch()));
  NEPA_RETURN_IF_ERROR(CheckNumber("images", static_cast<double>(message.images())));
  return CheckMetrics(message.metrics());
}

absl::Status Check(const v1::RankStarted& message) {
  NEPA_RETURN_IF_ERROR(CheckNumber("step", static_cast<double>(message.step())));
  return CheckNumber("total_steps", static_cast<double>(message.total_steps()));
}

absl::Status Check(const v1::RankMetrics& message) {
  NEPA_RETURN_IF_ERROR(CheckNumber("step", static_cast<double>(message.step())));
  return CheckMetrics(message.values());
}

absl::Status Check(const v1::RankCheckpoint& message) {
  NEPA_RETURN_IF_ERROR(CheckNumber("step", static_cast<double>(message.step())));
  NEPA_RETURN_IF_ERROR(CheckNumber("epoch", message.epoch()));
  NEPA_RETURN_IF_ERROR(CheckNumber("bytes", static_cast<double>(message.bytes())));
  return CheckMetrics(message.metrics());
}

absl::StatusOr<AttemptId> ReadAttempt(const std::string& job_id, int64_t attempt) {
  if (job_id.empty() || attempt < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("report: needs \"job_id\" and \"attempt\" of at least 1, got \"", job_id,
                     "\" and ", attempt));
  }
  return AttemptId{job_id, attempt};
}

void Fill(const std::vector<frames::Span>& spans,
          google::protobuf::RepeatedPtrField<v1::Span>& to) {
  const size_t count = std::min(spans.size(), frames::kMaxSpans);
  for (size_t i = 0; i < count; ++i) {
    v1::Span& message = *to.Add();
    message.set_thread(spans[i].thread);
    message.set_name(spans[i].name);
    *message.mutable_begin() = rpc::ToMessage(spans[i].begin);
    *message.mutable_duration() = rpc::ToMessage(spans[i].duration);
  }
}

absl::StatusOr<std::vector<frames::Span>> ReadSpans(
    const google::protobuf::RepeatedPtrField<v1::Span>& messages) {
  if (messages.size() > static_cast<int>(frames::kMaxSpans)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "report: ", messages.size(), " spans in an item; allowed are ", frames::kMaxSpans));
  }
  std::vector<frames::Span> spans;
  for (const v1::Span& message : messages) {
    frames::Span span{message.thread(), message.name(), rpc::FromMessage(message.begin()),
                      rpc::FromMessage(message.duration())};
    NEPA_RETURN_IF_ERROR(Annotate(frames::CheckSpan(span), "report"));
    spans.push_back(std::move(span));
  }
  return spans;
}

v1::RankStatus ToMessage(const exchange::RankStatus& status) {
  v1::RankStatus message;
  message.set_job_id(status.attempt.job_id);
  message.set_attempt(status.attempt.attempt);
  message.set_rank(status.rank);
  switch (status.state) {
    case exchange::RankState::kStarting:
      message.set_state(v1::RANK_STATE_STARTING);
      break;
    case exchange::RankState::kRunning:
      message.set_state(v1::RANK_STATE_RUNNING);
      break;
    case exchange::RankState::kStopping:
      message.set_state(v1::RANK_STATE_STOPPING);
      break;
  }
  message.set_pid(status.pid);
  message.set_total_steps(status.total_steps);
  *message.mutable_progress() = ToMessage(status.progress);
  return message;
}

absl::StatusOr<exchange::RankStatus> ReadRankStatus(const v1::RankStatus& message) {
  exchange::RankStatus status;
  NEPA_ASSIGN_OR_RETURN(status.attempt, ReadAttempt(message.job_id(), message.attempt()));
  status.rank = message.rank();
  switch (message.state()) {
    case v1::RANK_STATE_STARTING:
      status.state = exchange::RankState::kStarting;
      break;
    case v1::RANK_STATE_RUNNING:
      status.state = exchange::RankState::kRunning;
      break;
    case v1::RANK_STATE_STOPPING:
      status.state = exchange::RankState::kStopping;
      break;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("report: rank ", message.rank(), " of job ", message.job_id(),
                       " is in a state unknown here: ", static_cast<int>(message.state())));
  }
  NEPA_RETURN_IF_ERROR(CheckNumber("total_steps", static_cast<double>(message.total_steps())));
  NEPA_RETURN_IF_ERROR(Check(message.progress()));
  status.pid = message.pid();
  status.total_steps = message.total_steps();
  status.progress = FromMessage(message.progress());
  return status;
}

// Fills the oneof and the identity of an item from what it carries.
struct ItemWriter {
  v1::OutboxItem& item;

  void Identify(const AttemptId& attempt, int64_t rank) {
    item.set_job_id(attempt.job_id);
    item.set_attempt(attempt.attempt);
    item.set_rank(rank);
  }
  void operator()(const exchange::RankStarted& started) {
    Identify(started.attempt, started.rank);
    v1::RankStarted& message = *item.mutable_started();
    message.set_pid(started.started.pid);
    message.set_step(started.started.step);
    message.set_total_steps(started.started.total_steps);
    message.set_device(started.started.device);
    message.set_micro_batch(started.started.micro_batch);
    message.set_accumulation(started.started.accumulation);
    Fill(started.started.spans, *message.mutable_spans());
    Fill(started.spans, *message.mutable_worker_spans());
  }
  void operator()(const exchange::RankMetrics& metrics) {
    Identify(metrics.attempt, 0);
    v1::RankMetrics& message = *item.mutable_metrics();
    *message.mutable_time() = rpc::ToMessage(metrics.time);
    message.set_step(metrics.metrics.step);
    message.mutable_values()->insert(metrics.metrics.values.begin(), metrics.metrics.values.end());
    Fill(metrics.metrics.spans, *message.mutable_spans());
  }
  void operator()(const exchange::RankCheckpoint& written) {
    Identify(written.attempt, 0);
    const frames::CheckpointWritten& checkpoint = written.checkpoint;
    v1::RankCheckpoint& message = *item.mutable_checkpoint();
    *message.mutable_time() = rpc::ToMessage(written.time);
    message.set_step(checkpoint.step);
    message.set_epoch(checkpoint.epoch);
    message.set_path(checkpoint.path);
    message.set_bytes(checkpoint.bytes);
    message.set_sha256(checkpoint.sha256);
    message.mutable_metrics()->insert(checkpoint.metrics.begin(), checkpoint.metrics.end());
    *message.mutable_write() = rpc::ToMessage(absl::Seconds(checkpoint.write_seconds));
    *message.mutable_stall() = rpc::ToMessage(absl::Seconds(checkpoint.stall_seconds));
    Fill(checkpoint.spans, *message.mutable_spans());
  }
  void operator()(const exchange::RankExited& exited) {
    Identify(exited.attempt, exited.rank);
    v1::RankExited& message = *item.mutable_exited();
    message.mutable_exit()->set_kind(std::string(frames::Name(exited.exit.kind)));
    message.mutable_exit()->set_rank(static_cast<int32_t>(exited.rank));
    message.mutable_exit()->set_message(exited.exit.message);
    *message.mutable_progress() = ToMessage(exited.progress);
  }
};

absl::StatusOr<exchange::RankCheckpoint> ReadCheckpoint(const AttemptId& attempt,
                                                        const v1::RankCheckpoint& message) {
  NEPA_RETURN_IF_ERROR(Check(message));
  exchange::RankCheckpoint written{attempt, rpc::FromMessage(message.time()), {}};
  written.checkpoint.step = message.step();
  written.checkpoint.epoch = message.epoch();
  written.checkpoint.path = message.path();
  written.checkpoint.bytes = message.bytes();
  written.checkpoint.sha256 = message.sha256();
  written.checkpoint.metrics.insert(message.metrics().begin(), message.metrics().end());
  written.checkpoint.write_seconds = absl::ToDoubleSeconds(rpc::FromMessage(message.write()));
  written.checkpoint.stall_seconds = absl::ToDoubleSeconds(rpc::FromMessage(message.stall()));
  NEPA_ASSIGN_OR_RETURN(written.checkpoint.spans, ReadSpans(message.spans()));
  return written;
}

absl::StatusOr<exchange::OutboxItem> ReadOutboxItem(const v1::OutboxItem& message) {
  exchange::OutboxItem item;
  item.number = message.number();
  NEPA_ASSIGN_OR_RETURN(const AttemptId attempt, ReadAttempt(message.job_id(), message.attempt()));
  switch (message.what_case()) {
    case v1::OutboxItem::kStarted: {
      const v1::RankStarted& m = message.started();
      NEPA_RETURN_IF_ERROR(Check(m));
      exchange::RankStarted started{
          attempt,
          message.rank(),
          {m.pid(), m.step(), m.total_steps(), m.device(), m.micro_batch(), m.accumulation()}};
      NEPA_ASSIGN_OR_RETURN(started.started.spans, ReadSpans(m.spans()));
      NEPA_ASSIGN_OR_RETURN(started.spans, ReadSpans(m.worker_spans()));
      item.what = std::move(started);
      return item;
    }
    case v1::OutboxItem::kMetrics: {
      const v1::RankMetrics& m = message.metrics();
      NEPA_RETURN_IF_ERROR(Check(m));
      exchange::RankMetrics metrics{
          attempt, rpc::FromMessage(m.time()), {m.step(), {m.values().begin(), m.values().end()}}};
      NEPA_ASSIGN_OR_RETURN(metrics.metrics.spans, ReadSpans(m.spans()));
      item.what = std::move(metrics);
      return item;
    }
    case v1::OutboxItem::kCheckpoint: {
      NEPA_ASSIGN_OR_RETURN(item.what, ReadCheckpoint(attempt, message.checkpoint()));
      return item;
    }
    case v1::OutboxItem::kExited: {
      const v1::RankExited& m = message.exited();
      NEPA_RETURN_IF_ERROR(Check(m.progress()));
      NEPA_ASSIGN_OR_RETURN(const frames::ExitKind kind, frames::ParseExitKind(m.exit().kind()));
      item.what = exchange::RankExited{
          attempt, message.rank(), {kind, m.exit().message()}, FromMessage(m.progress())};
      return item;
    }
    case v1::OutboxItem::WHAT_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(absl::StrCat("report: outbox item ", message.number(),
                                                 " carries nothing that is known here"));
}

}  // namespace

v1::WorkerReport ToMessage(const exchange::Report& report) {
  v1::WorkerReport message;
  message.set_worker_id(report.worker_id);
  message.set_incarnation(report.incarnation);
  message.set_leaving(report.leaving);
  for (const exchange::RankStatus& rank : report.ranks) *message.add_ranks() = ToMessage(rank);
  const size_t count = std::min(report.outbox.size(), exchange::kMaxOutboxItems);
  for (size_t i = 0; i < count; ++i) {
    v1::OutboxItem& item = *message.add_outbox();
    item.set_number(report.outbox[i].number);
    std::visit(ItemWriter{item}, report.outbox[i].what);
  }
  return message;
}

absl::StatusOr<exchange::Report> FromMessage(const v1::WorkerReport& message) {
  if (message.ranks_size() > kMaxRanks ||
      message.outbox_size() > static_cast<int>(exchange::kMaxOutboxItems)) {
    return absl::InvalidArgumentError(
        absl::StrCat("report: ", message.ranks_size(), " ranks and ", message.outbox_size(),
                     " outbox items; allowed are ", kMaxRanks, " and ", exchange::kMaxOutboxItems));
  }
  exchange::Report report;
  report.worker_id = message.worker_id();
  report.incarnation = message.incarnation();
  report.leaving = message.leaving();
  for (const v1::RankStatus& rank : message.ranks()) {
    NEPA_ASSIGN_OR_RETURN(exchange::RankStatus status, ReadRankStatus(rank));
    report.ranks.push_back(std::move(status));
  }
  for (const v1::OutboxItem& item : message.outbox()) {
    NEPA_ASSIGN_OR_RETURN(exchange::OutboxItem read, ReadOutboxItem(item));
    report.outbox.push_back(std::move(read));
  }
  return report;
}

}  // namespace nepa::rpc
