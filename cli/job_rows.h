// Jobs as rows of a table, for list and watch.
#ifndef NEPA_CLI_JOB_ROWS_H_
#define NEPA_CLI_JOB_ROWS_H_

#include <vector>

#include "absl/time/time.h"
#include "cli/table.h"
#include "nepa/v1/job.pb.h"

namespace nepa::cli {

// One row a job, in the order given; ages count to `now`. Pure.
Table JobTable(const std::vector<v1::Job>& jobs, absl::Time now);

}  // namespace nepa::cli

#endif  // NEPA_CLI_JOB_ROWS_H_
