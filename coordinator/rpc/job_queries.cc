#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/version.h"
#include "common/rpc/protocol.h"
#include "coordinator/core/find.h"
#include "coordinator/rpc/checkpoint_files.h"
#include "coordinator/rpc/job_service.h"
#include "coordinator/rpc/log_reader.h"
#include "coordinator/rpc/messages.h"
#include "coordinator/rpc/watch_stream.h"
#include "coordinator/state/words.h"

namespace nepa::coordinator {
namespace {

// Where the last `limit` of `count` begin; 0: all.
int64_t SkippedFor(int64_t limit, size_t count) {
  return limit <= 0 ? 0 : std::max<int64_t>(0, static_cast<int64_t>(count) - limit);
}

void FillJobs(const View& view, int64_t limit, v1::ListJobsResponse& response) {
  auto row = view.state.jobs.begin();
  std::advance(row, SkippedFor(limit, view.state.jobs.size()));
  for (; row != view.state.jobs.end(); ++row) {
    *response.add_jobs() = ToMessage(view, row->second, JobFileToo::kNo);
  }
}

// Of one job, which may have been deleted and have left its checkpoints; "": of all.
absl::Status FillCheckpoints(const View& view, const v1::ListCheckpointsRequest& request,
                             v1::ListCheckpointsResponse& response) {
  std::string job = request.job();
  if (!job.empty()) {
    const state::Job* row = core::FindJob(view.state, job);
    if (row != nullptr) job = row->id;
    if (row == nullptr && !view.state.checkpoints_of.contains(job)) return core::NoSuchJob(job);
  }
  std::vector<const state::Checkpoint*> rows;
  for (const auto& [id, row] : view.state.checkpoints) {
    if (row.state == state::CheckpointState::kDeleting) continue;
    if (job.empty() || row.job == job) rows.push_back(&row);
  }
  const int64_t skipped = SkippedFor(request.limit(), rows.size());
  for (size_t i = static_cast<size_t>(skipped); i < rows.size(); ++i) {
    *response.add_checkpoints() = ToMessage(view, *rows[i]);
  }
  return absl::OkStatus();
}

absl::StatusOr<LogSituation> SituationOf(const View& view, const std::string& job_id,
                                         int64_t attempt) {
  const auto row = view.state.jobs.find(job_id);
  if (row == view.state.jobs.end()) return core::NoSuchJob(job_id);
  const state::Job& job = row->second;
  LogSituation now;
  now.folder = absl::StrCat(view.settings.storage, "/", core::FolderOf(job_id));
  now.attempt = job.attempt;
  now.no_more = state::IsFinal(job.phase);
  const auto found = view.state.attempts.find({job_id, attempt == 0 ? job.attempt : attempt});
  if (found != view.state.attempts.end()) {
    now.ranks = static_cast<int64_t>(found->second.gang.size());
    if (attempt != 0) now.no_more = found->second.ended_at.has_value();
  }
  return now;
}

}  // namespace

absl::StatusOr<std::string> JobService::IdOf(const std::string& id_or_name) {
  absl::StatusOr<std::string> id = core::NoSuchJob(id_or_name);
  NEPA_RETURN_IF_ERROR(loop_.Read([&](const View& view) {
    if (const state::Job* job = core::FindJob(view.state, id_or_name)) id = job->id;
  }));
  return id;
}

grpc::Status JobService::ListJobs(Context*, const v1::ListJobsRequest* request,
                                  v1::ListJobsResponse* response) {
  return Answer("ListJobs",
                loop_.Read([&](const View& view) { FillJobs(view, request->limit(), *response); }));
}

grpc::Status JobService::GetJob(Context*, const v1::GetJobRequest* request,
                                v1::GetJobResponse* response) {
  absl::Status found = core::NoSuchJob(request->job());
  const absl::Status read = loop_.Read([&](const View& view) {
    const state::Job* job = core::FindJob(view.state, request->job());
    if (job == nullptr) return;
    *response->mutable_job() = ToMessage(view, *job, JobFileToo::kYes);
    found = absl::OkStatus();
  });
  return Answer("GetJob", read.ok() ? found : read);
}

grpc::ServerWriteReactor<v1::WatchJobResponse>* JobService::WatchJob(
    grpc::CallbackServerContext*, const v1::WatchJobRequest* request) {
  return NewWatchStream(loop_, metrics_, request->job());
}

grpc::ServerWriteReactor<v1::WatchJobsResponse>* JobService::WatchJobs(
    grpc::CallbackServerContext*, const v1::WatchJobsRequest* request) {
  return NewClusterWatchStream(loop_, metrics_, request->limit());
}

grpc::Status JobService::GetMetrics(Context*, const v1::GetMetricsRequest* request,
                                    v1::GetMetricsResponse* response) {
  const absl::StatusOr<std::string> id = IdOf(request->job());
  if (!id.ok()) return Answer("GetMetrics", id.status());
  const auto points = store_.Metrics(*id, request->from_step());
  if (!points.ok()) return Answer("GetMetrics", points.status());
  for (const state::MetricPoint& point : *points) *response->add_points() = ToMessage(point);
  return Answer("GetMetrics", absl::OkStatus());
}

grpc::Status JobService::ListEvents(Context*, const v1::ListEventsRequest* request,
                                    v1::ListEventsResponse* response) {
  const absl::StatusOr<std::string> id = IdOf(request->job());
  if (!id.ok()) return Answer("ListEvents", id.status());
  const auto events = store_.Events(*id);
  if (!events.ok()) return Answer("ListEvents", events.status());
  for (const state::Event& event : *events) *response->add_events() = ToMessage(event);
  return Answer("ListEvents", absl::OkStatus());
}

grpc::Status JobService::GetTrace(Context*, const v1::GetTraceRequest* request,
                                  v1::GetTraceResponse* response) {
  const absl::StatusOr<std::string> id = IdOf(request->job());
  if (!id.ok()) return Answer("GetTrace", id.status());
  // What is not written yet, first: a change in between would write it, and it would come twice.
  std::vector<state::Span> unwritten;
  const absl::Status read = loop_.Read([&](const View& view) {
    const auto spans = view.live.unwritten_spans.find(*id);
    if (spans != view.live.unwritten_spans.end()) unwritten = spans->second;
  });
  if (!read.ok()) return Answer("GetTrace", read);
  const auto written = store_.Spans(*id);
  if (!written.ok()) return Answer("GetTrace", written.status());
  for (const state::Span& span : *written) *response->add_spans() = ToMessage(span);
  for (const state::Span& span : unwritten) {
    if (std::find(written->begin(), written->end(), span) == written->end()) {
      *response->add_spans() = ToMessage(span);
    }
  }
  return Answer("GetTrace", absl::OkStatus());
}

absl::Status JobService::Follow(Context& context, const v1::ReadLogsRequest& request,
                                Writer<v1::ReadLogsResponse>& writer) {
  NEPA_ASSIGN_OR_RETURN(const std::string id, IdOf(request.job()));
  const auto situation = [&](int64_t attempt) -> absl::StatusOr<LogSituation> {
    absl::StatusOr<LogSituation> now = absl::InternalError("not asked");
    NEPA_RETURN_IF_ERROR(
        loop_.Read([&](const View& view) { now = SituationOf(view, id, attempt); }));
    return now;
  };
  const auto take = [&](int64_t attempt, int64_t rank, absl::string_view text) {
    v1::ReadLogsResponse response;
    response.set_attempt(attempt);
    response.set_rank(static_cast<int32_t>(rank));
    response.set_text(std::string(text));
    return writer.Write(response);
  };
  return coordinator::ReadLogs({request.rank(), request.attempt(), request.follow()}, situation,
                               take, [&] { return context.IsCancelled(); });
}

grpc::Status JobService::ReadLogs(Context* context, const v1::ReadLogsRequest* request,
                                  Writer<v1::ReadLogsResponse>* writer) {
  if (request->follow() && ++followers_ > kMaxFollowers) {
    --followers_;
    return Answer("ReadLogs", absl::ResourceExhaustedError(
                                  absl::StrCat(kMaxFollowers,
                                               " logs are being followed, as many as this "
                                               "coordinator serves; read without -f")));
  }
  const absl::Status status = Follow(*context, *request, *writer);
  if (request->follow()) --followers_;
  return Answer("ReadLogs", status);
}

grpc::Status JobService::ListCheckpoints(Context*, const v1::ListCheckpointsRequest* request,
                                         v1::ListCheckpointsResponse* response) {
  absl::Status filled;
  const absl::Status read =
      loop_.Read([&](const View& view) { filled = FillCheckpoints(view, *request, *response); });
  return Answer("ListCheckpoints", read.ok() ? filled : read);
}

grpc::Status JobService::GetCheckpoint(Context*, const v1::GetCheckpointRequest* request,
                                       v1::GetCheckpointResponse* response) {
  absl::StatusOr<v1::Checkpoint> checkpoint = CheckpointOf(request->id());
  if (checkpoint.ok()) *response->mutable_checkpoint() = *std::move(checkpoint);
  return Answer("GetCheckpoint", checkpoint.status());
}

grpc::Status JobService::ReadCheckpoint(Context*, const v1::ReadCheckpointRequest* request,
                                        Writer<v1::ReadCheckpointResponse>* writer) {
  const absl::StatusOr<v1::Checkpoint> checkpoint = CheckpointOf(request->id());
  if (!checkpoint.ok()) return Answer("ReadCheckpoint", checkpoint.status());
  v1::ReadCheckpointResponse response;
  return Answer("ReadCheckpoint",
                ReadCheckpointFiles(checkpoint->path(),
                                    [&](const std::string& file, absl::string_view piece) {
                                      response.set_file(file);
                                      response.set_piece(std::string(piece));
                                      return writer->Write(response);
                                    }));
}

grpc::Status JobService::ListWorkers(Context*, const v1::ListWorkersRequest*,
                                     v1::ListWorkersResponse* response) {
  return Answer("ListWorkers", loop_.Read([&](const View& view) {
    for (const auto& [id, worker] : view.state.workers) {
      *response->add_workers() = ToMessage(view, worker);
    }
  }));
}

grpc::Status JobService::GetVersion(Context* context, const v1::GetVersionRequest*,
                                    v1::GetVersionResponse* response) {
  response->set_version(kVersion);
  context->AddTrailingMetadata(rpc::kProtocolKey, rpc::Encode(rpc::OurProtocol()));
  return Answer("GetVersion", absl::OkStatus());
}

}  // namespace nepa::coordinator
