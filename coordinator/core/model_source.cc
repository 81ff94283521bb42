#include "coordinator/core/model_source.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "coordinator/core/checkpoints.h"
#include "coordinator/core/find.h"
#include "coordinator/state/words.h"

namespace nepa::core {
namespace {

constexpr char kField[] = "model.from";

config::Fault FaultOfFrom(const config::JobFile& file, std::string message) {
  const auto position = file.positions.find(kField);
  return {file.file, position == file.positions.end() ? config::Position{} : position->second,
          kField, std::move(message)};
}

const state::Checkpoint* Choose(const state::ClusterState& state, const std::string& job_id,
                                bool best) {
  return best ? BestCheckpoint(state, job_id) : LatestCheckpoint(state, job_id);
}

ModelFrom FromCheckpoint(const state::ClusterState& state, const std::string& id) {
  const auto found = state.checkpoints.find(id);
  if (found == state.checkpoints.end() ||
      found->second.state != state::CheckpointState::kAvailable) {
    return {ModelFrom::Answer::kNever, "", "",
            absl::StrCat("the model's checkpoint ", id, " is ",
                         found == state.checkpoints.end() ? "gone" : "not whole any more")};
  }
  return {ModelFrom::Answer::kReady, found->second.path, id, ""};
}

}  // namespace

ModelSource ParseModelSource(const config::JobFile& file) {
  absl::string_view from = file.spec.model.from;
  if (from.empty()) return {};
  if (absl::ConsumePrefix(&from, "checkpoint/")) {
    return {ModelSource::Kind::kCheckpoint, std::string(from), false};
  }
  if (absl::ConsumePrefix(&from, "job/")) {
    const bool best = absl::ConsumeSuffix(&from, "@best");
    return {ModelSource::Kind::kJob, std::string(from), best};
  }
  const bool absolute = absl::StartsWith(from, "/");
  return {ModelSource::Kind::kFolder,
          absolute ? std::string(from) : absl::StrCat(file.folder, "/", from), false};
}

std::vector<config::Fault> CheckModelSource(const state::ClusterState& state,
                                            const config::JobFile& file) {
  const ModelSource source = ParseModelSource(file);
  if (source.kind == ModelSource::Kind::kJob) {
    const state::Job* job = FindJob(state, source.what);
    if (job == nullptr) {
      return {FaultOfFrom(file, absl::StrCat("there is no job with the id or name '", source.what,
                                             "'; `nepactl list` shows those that there are"))};
    }
    if (state::IsFinal(job->phase) && Choose(state, job->id, source.best) == nullptr) {
      return {FaultOfFrom(
          file, absl::StrCat("job ", Label(*job), " ended (", std::string(state::Name(job->phase)),
                             ") and left no checkpoint"))};
    }
  }
  if (source.kind == ModelSource::Kind::kCheckpoint) {
    const ModelFrom from = FromCheckpoint(state, source.what);
    if (from.answer == ModelFrom::Answer::kNever) {
      const bool known = state.checkpoints.contains(source.what);
      return {FaultOfFrom(
          file, known ? from.reason
                      : absl::StrCat("there is no checkpoint '", source.what,
                                     "'; `nepactl checkpoints list` shows those that there are"))};
    }
  }
  return {};
}

ModelFrom ResolveModel(const state::ClusterState& state, const state::Job& job) {
  if (!job.from_checkpoint.empty()) return FromCheckpoint(state, job.from_checkpoint);
  const ModelSource source = ParseModelSource(job.source->file);
  if (source.kind == ModelSource::Kind::kNone) return {};
  if (source.kind == ModelSource::Kind::kFolder) {
    return {ModelFrom::Answer::kReady, source.what, "", ""};
  }
  if (source.kind == ModelSource::Kind::kCheckpoint) return FromCheckpoint(state, source.what);

  // The job may have been deleted since, but not its checkpoints: they serve as before.
  const auto from_job = state.jobs.find(job.from_job);
  const bool deleted = from_job == state.jobs.end();
  if (!deleted && !state::IsFinal(from_job->second.phase)) {
    return {ModelFrom::Answer::kWait, "", "",
            absl::StrCat("waits for the end of job ", Label(from_job->second),
                         ", from which its model comes; that is ",
                         std::string(state::Name(from_job->second.phase)))};
  }
  const state::Checkpoint* checkpoint = Choose(state, job.from_job, source.best);
  if (checkpoint == nullptr) {
    const std::string what = deleted ? absl::StrCat("job ", job.from_job)
                                     : absl::StrCat("job ", Label(from_job->second));
    const std::string how =
        deleted ? "was deleted"
                : absl::StrCat("ended (", std::string(state::Name(from_job->second.phase)), ")");
    return {ModelFrom::Answer::kNever, "", "",
            absl::StrCat(what, ", from which the model comes, ", how, " and left no checkpoint")};
  }
  return {ModelFrom::Answer::kReady, checkpoint->path, checkpoint->id, ""};
}

}  // namespace nepa::core
