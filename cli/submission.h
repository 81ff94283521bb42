// A job file on its way to the coordinator.
#ifndef NEPA_CLI_SUBMISSION_H_
#define NEPA_CLI_SUBMISSION_H_

#include <string>

#include "cli/environment.h"
#include "cli/job_source.h"
#include "nepa/v1/job_service.pb.h"

namespace nepa::cli {

// The person who runs nepactl, as the system knows them; what the environment says may be
// another's.
std::string UserName(const Environment& env);

// The request for `source`, without its id, in the name of the person who runs nepactl.
v1::SubmitJobRequest Submission(const JobSource& source, const Environment& env, bool dry_run);

}  // namespace nepa::cli

#endif  // NEPA_CLI_SUBMISSION_H_
