#include "cli/run_job.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/format.h"
#include "cli/submission.h"
#include "cli/words.h"
#include "common/base/status.h"
#include "common/config/job_spec_json.h"

namespace nepa::cli {

bool AsksForTheSame(const v1::Job& job, const config::JobFile& source) {
  const absl::StatusOr<config::JobFile> stored = config::AcceptedJobFromJson(job.job_file_json());
  // Relative paths were resolved when the spec was read, so the folder itself doesn't count.
  return stored.ok() && stored->spec == source.spec;
}

absl::StatusOr<ChosenJob> ChooseJob(Client& client, const JobSource& source,
                                    const Environment& env) {
  NEPA_ASSIGN_OR_RETURN(const std::vector<v1::Job> jobs, client.ListJobs(0));
  ChosenJob chosen;
  std::optional<v1::Job> same;
  for (auto job = jobs.rbegin(); job != jobs.rend(); ++job) {
    if (IsFinal(job->phase())) continue;
    // A listing leaves out what the jobs ask for.
    NEPA_ASSIGN_OR_RETURN(v1::Job whole, client.GetJob(job->id()));
    if (!same.has_value() && AsksForTheSame(whole, source.job)) {
      same = std::move(whole);
      continue;
    }
    NEPA_RETURN_IF_ERROR(client.CancelJob(job->id()).status());
    chosen.remarks.push_back(absl::StrCat(JobTitle(*job), " is cancelled at step ",
                                          CountText(job->step()),
                                          ": the job file has changed since it was submitted"));
  }
  if (!same.has_value()) {
    NEPA_ASSIGN_OR_RETURN(chosen.job, client.SubmitJob(Submission(source, env, false)));
    return chosen;
  }
  chosen.remarks.push_back(
      absl::StrCat(JobTitle(*same), " goes on from step ", CountText(same->step())));
  if (same->phase() == v1::PHASE_PAUSED) {
    NEPA_RETURN_IF_ERROR(client.ResumeJob(same->id()).status());
  }
  chosen.job = *std::move(same);
  return chosen;
}

}  // namespace nepa::cli
