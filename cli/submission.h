// A job file on its way to the coordinator.
#ifndef NEPA_CLI_SUBMISSION_H_
#define NEPA_CLI_SUBMISSION_H_

#include "cli/environment.h"
#include "cli/job_source.h"
#include "nepa/v1/job_service.pb.h"

namespace nepa::cli {

// The request for `source`, without its id, in the name of the person who runs nepactl.
v1::SubmitJobRequest Submission(const JobSource& source, const Environment& env, bool dry_run);

}  // namespace nepa::cli

#endif  // NEPA_CLI_SUBMISSION_H_
