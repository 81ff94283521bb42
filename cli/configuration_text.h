// The effective configuration of a job: what its file asks for, every default filled in.
//
// Pure. Any thread.
#ifndef NEPA_CLI_CONFIGURATION_TEXT_H_
#define NEPA_CLI_CONFIGURATION_TEXT_H_

#include <string>

#include "cli/json_views.h"

namespace nepa::cli {

// For programs: as `Job.job_file_json` carries it; null where that is empty or not JSON.
Json ConfigurationJson(const v1::Job& job);

// For people: a job file that asks for the same. Empty where this version cannot read it.
std::string ConfigurationYaml(const v1::Job& job);

}  // namespace nepa::cli

#endif  // NEPA_CLI_CONFIGURATION_TEXT_H_
