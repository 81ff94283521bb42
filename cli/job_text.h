// How a job's latest attempt ended, for people. Pure.
#ifndef NEPA_CLI_JOB_TEXT_H_
#define NEPA_CLI_JOB_TEXT_H_

#include <string>

#include "nepa/v1/job.pb.h"

namespace nepa::cli {

// "killed (rank 0): …"; empty where no attempt ended.
std::string ExitText(const v1::Job& job);

}  // namespace nepa::cli

#endif  // NEPA_CLI_JOB_TEXT_H_
