// What the coordinator and nepactl hear from each other: messages of the job service, of which the
// first byte picks one. Requests go through the core as the service hands them on, answers into all
// that nepactl shows of them.
#include "cli/checkpoint_text.h"
#include "cli/describe_text.h"
#include "cli/explain_text.h"
#include "cli/job_rows.h"
#include "common/config/job_file.h"
#include "common/config/job_spec_json.h"
#include "common/views/json_views.h"
#include "nepa/v1/job_service.pb.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/core/core_cluster.h"

using nepa::fuzz::Require;
namespace cli = nepa::cli;
namespace config = nepa::config;
namespace core = nepa::core;
namespace v1 = nepa::v1;
namespace views = nepa::views;

namespace {

template <typename Message, typename Use>
void Read(const std::string& bytes, Use use) {
  Message message;
  if (message.ParseFromString(bytes)) use(message);
}

// A cluster with one job that runs; what a request changes is then planned for.
void Act(const std::function<void(core::Draft&)>& operation) {
  nepa::testing::CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 2);
  const std::string job = cluster.Submit("job");
  cluster.Tell(worker, {cluster.Started(job)}).IgnoreError();
  cluster.Do(operation);
  cluster.Tick();
}

void Submit(const v1::SubmitJobRequest& request) {
  const config::JobFileResult read =
      config::ReadJobFile({request.text(),
                           request.file(),
                           request.folder(),
                           {request.overrides().begin(), request.overrides().end()}});
  Require(read.job.has_value() == read.faults.empty(), "a job, or faults");
  if (!read.job.has_value()) return;
  core::SubmitCommand command{
      .request_id = request.request_id(), .source = {}, .user = request.user()};
  command.dry_run = request.dry_run();
  command.source.text = request.text();
  command.source.json = config::ToJson(*read.job);
  auto stored = config::JobFileFromJson(command.source.json);
  Require(stored.ok(), "what is stored can be read back");
  command.source.file = *std::move(stored);
  Act([&](core::Draft& draft) { core::Submit(draft, command); });
}

void Show(const v1::Job& job) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  Require(!views::DumpJson(views::JobJson(job)).empty(), "a job is shown as JSON");
  Require(!views::DumpJson(cli::DescribeJson(job, {})).empty(), "and in full");
  cli::DescribeFields(job, /*points=*/{}, /*events=*/{}, now).Render(/*color=*/true);
  cli::JobTable({job}, now).Render(/*color=*/false);
}

void Show(const v1::Checkpoint& checkpoint) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  Require(!views::DumpJson(views::CheckpointJson(checkpoint)).empty(),
          "a checkpoint is shown as JSON");
  cli::CheckpointFields(checkpoint, now).Render(/*color=*/true);
  cli::CheckpointTable({checkpoint}, now).Render(/*color=*/false);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string bytes(nepa::fuzz::Text(data, size).substr(1));
  switch (data[0] % 9) {
    case 0:
      Read<v1::SubmitJobRequest>(bytes, Submit);
      break;
    case 1:
      Read<v1::CancelJobRequest>(bytes, [](const v1::CancelJobRequest& request) {
        Act([&](core::Draft& draft) {
          core::Cancel(draft, {request.request_id(), request.job()});
        });
      });
      break;
    case 2:
      Read<v1::DeleteJobRequest>(bytes, [](const v1::DeleteJobRequest& request) {
        Act([&](core::Draft& draft) {
          core::Delete(draft, {request.request_id(), request.job(), request.keep_checkpoints()});
        });
      });
      break;
    case 3:
      Read<v1::Job>(bytes, [](const v1::Job& job) { Show(job); });
      break;
    case 4:
      Read<v1::Checkpoint>(bytes, [](const v1::Checkpoint& checkpoint) { Show(checkpoint); });
      break;
    case 5:
      Read<v1::Event>(bytes,
                      [](const v1::Event& event) { views::DumpJson(views::EventJson(event)); });
      break;
    case 6:
      Read<v1::Worker>(
          bytes, [](const v1::Worker& worker) { views::DumpJson(views::WorkerJson(worker)); });
      break;
    case 7:
      Read<v1::ExplainJobResponse>(bytes, [](const v1::ExplainJobResponse& told) {
        cli::ExplanationFields(told, absl::FromUnixSeconds(1'800'000'000)).Render(/*color=*/false);
      });
      break;
    default:
      Read<v1::MetricPoint>(bytes, [](const v1::MetricPoint& point) {
        views::DumpJson(views::MetricPointJson(point));
      });
  }
  return 0;
}
