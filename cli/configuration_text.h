// The effective configuration of a job, for people.
#ifndef NEPA_CLI_CONFIGURATION_TEXT_H_
#define NEPA_CLI_CONFIGURATION_TEXT_H_

#include <string>

#include "cli/json_views.h"

namespace nepa::cli {

// What the job asks for, every default filled in, as `Job.job_file_json` carries it; null where
// that is empty or not JSON.
Json ConfigurationOf(const v1::Job& job);

// One line a value, "dotted.field  value": the names that --set takes. Pure.
std::string ConfigurationText(const Json& configuration, bool color);

}  // namespace nepa::cli

#endif  // NEPA_CLI_CONFIGURATION_TEXT_H_
