// What nepactl prints for programs: the views of common/views, and its own failures.
//
// Pure; any thread.
#ifndef NEPA_CLI_JSON_VIEWS_H_
#define NEPA_CLI_JSON_VIEWS_H_

#include "absl/status/status.h"
#include "common/views/json_views.h"

namespace nepa::cli {

using views::CheckpointJson;
using views::DumpJson;
using views::DumpJsonLine;
using views::EventJson;
using views::JobJson;
using views::Json;
using views::MetricPointJson;
using views::WorkerJson;

// {"error": {code, message, details}}; the details of a refused job file are its faults,
// {file, line, column, field, message} each.
Json ErrorJson(const absl::Status& status);

}  // namespace nepa::cli

#endif  // NEPA_CLI_JSON_VIEWS_H_
