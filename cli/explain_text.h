// Why a job is in its phase, for people and for programs.
//
// Pure. Any thread.
#ifndef NEPA_CLI_EXPLAIN_TEXT_H_
#define NEPA_CLI_EXPLAIN_TEXT_H_

#include <string>

#include "absl/time/time.h"
#include "cli/json_views.h"
#include "cli/table.h"
#include "nepa/v1/job_service.pb.h"

namespace nepa::cli {

FieldList ExplanationFields(const v1::ExplainJobResponse& told, absl::Time now);

// {id, name, phase, reason, exit, waiting: {never, needs, most, ahead, holders, not_before} or
// null, attempts: [{attempt, ranks, workers, placed_at, started_at, ended_at, cause, fault}],
// faults_in_a_row, most_faults}; fault is "job", "machine" or null.
Json ExplanationJson(const v1::ExplainJobResponse& told);

// What a person may do about a job in this phase, a command a line.
std::string NextSteps(const v1::Job& job);

}  // namespace nepa::cli

#endif  // NEPA_CLI_EXPLAIN_TEXT_H_
