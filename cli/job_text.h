// A job in full, for people.
#ifndef NEPA_CLI_JOB_TEXT_H_
#define NEPA_CLI_JOB_TEXT_H_

#include <string>

#include "absl/time/time.h"
#include "cli/table.h"
#include "nepa/v1/job.pb.h"

namespace nepa::cli {

// All fields of a job but its configuration; ages count to `now`. Pure.
FieldList JobFields(const v1::Job& job, absl::Time now);

// "killed (rank 0): …"; empty where no attempt ended.
std::string ExitText(const v1::Job& job);

}  // namespace nepa::cli

#endif  // NEPA_CLI_JOB_TEXT_H_
