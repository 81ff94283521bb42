#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/config/fault.h"
#include "common/config/names.h"
#include "coordinator/core/find.h"
#include "coordinator/core/model_source.h"
#include "coordinator/core/notify.h"
#include "coordinator/core/operations.h"
#include "coordinator/core/requests.h"
#include "coordinator/core/trace.h"
#include "coordinator/state/words.h"

namespace nepa::core {
namespace {

constexpr char kMethod[] = "SubmitJob";

// What only this coordinator can tell about a job file, of its state and of its settings.
std::vector<config::Fault> CheckHere(const state::ClusterState& state, const Settings& settings,
                                     const config::JobFile& file) {
  std::vector<config::Fault> faults = CheckModelSource(state, file);
  if (config::LooksLikeJobId(file.spec.name)) {
    faults.push_back(config::FaultAt(
        file, "name",
        absl::StrCat("'", file.spec.name,
                     "' looks like the id of a job; choose a name of another form")));
  }
  if (const std::string& url = file.spec.notify.url; !url.empty()) {
    if (const std::optional<std::string> why = WhyNotToldHere(settings, url)) {
      faults.push_back(config::FaultAt(file, "notify.url", *why));
    }
  }
  return faults;
}

state::Job MakeJob(const Draft& draft, const SubmitCommand& command) {
  const config::JobFile& file = command.source.file;
  state::Job job;
  job.name = file.spec.name;
  job.source = state::SharedSource(command.source);
  job.user = command.user;
  job.priority = file.spec.priority;
  job.submitted_at = draft.now();
  job.queued_at = draft.now();
  const ModelSource source = ParseModelSource(file);
  if (source.kind == ModelSource::Kind::kJob) {
    job.from_job = FindJob(draft.state(), source.what)->id;
  } else if (source.kind == ModelSource::Kind::kCheckpoint) {
    job.from_checkpoint = source.what;
    job.from_job = draft.state().checkpoints.at(source.what).job;
  }
  return job;
}

absl::Status CheckRoom(const Draft& draft) {
  size_t unfinished = 0;
  for (const auto& [phase, count] : draft.state().phase_counts) {
    if (!state::IsFinal(phase)) unfinished += static_cast<size_t>(count);
  }
  if (unfinished < draft.settings().max_unfinished_jobs) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      unfinished, " jobs have not ended, as many as this coordinator takes; cancel some, or wait"));
}

}  // namespace

Reply Submit(Draft& draft, const SubmitCommand& command) {
  if (!command.dry_run) {
    if (std::optional<Reply> answer = AnswerWithoutDoing(draft, command.request_id, kMethod)) {
      return *std::move(answer);
    }
  }
  std::vector<config::Fault> faults =
      CheckHere(draft.state(), draft.settings(), command.source.file);
  if (!faults.empty()) {
    const std::string message = absl::StrCat(command.source.file.file, ": ", faults.front().field,
                                             ": ", faults.front().message);
    return {absl::InvalidArgumentError(message), "", std::move(faults)};
  }
  if (absl::Status room = CheckRoom(draft); !room.ok()) return {std::move(room)};
  state::Job job = MakeJob(draft, command);
  if (command.dry_run) return {absl::OkStatus(), "", {}, std::move(job)};

  job.id = draft.NewJobId();
  const std::string id = job.id;
  draft.Put(std::move(job));
  draft.AddEvent(id, 0, "submitted",
                 command.user.empty() ? "submitted" : absl::StrCat("submitted by ", command.user));
  draft.AddSpans(id, SubmissionSpans(command, draft.now()));
  return Done(draft, command.request_id, kMethod, id);
}

}  // namespace nepa::core
