// Which job of a state folder `nepactl run` goes on with.
#ifndef NEPA_CLI_RUN_JOB_H_
#define NEPA_CLI_RUN_JOB_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/client.h"
#include "cli/environment.h"
#include "cli/job_source.h"

namespace nepa::cli {

struct ChosenJob {
  v1::Job job;
  std::vector<std::string> remarks;  // for the person: what was found, what was done
};

// The newest job that has not ended and that asks for exactly what `source` asks for, resumed if
// it is paused; else a new one. Whatever else has not ended (the file has changed since) is
// cancelled first, so that one job has the machine: its checkpoints stay. To be called before there
// is a worker. Errors as Client's.
absl::StatusOr<ChosenJob> ChooseJob(Client& client, const JobSource& source,
                                    const Environment& env);

// Whether the job asks for what `source` asks for: the same effective configuration, wherever it
// says so in the file. Pure.
bool AsksForTheSame(const v1::Job& job, const config::JobFile& source);

}  // namespace nepa::cli

#endif  // NEPA_CLI_RUN_JOB_H_
