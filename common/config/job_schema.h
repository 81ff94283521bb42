// The JSON Schema of a job file, so that editors complete and check it (`nepactl schema`).
//
// Pure.
#ifndef NEPA_COMMON_CONFIG_JOB_SCHEMA_H_
#define NEPA_COMMON_CONFIG_JOB_SCHEMA_H_

#include <string>

namespace nepa::config {

// Draft 2020-12, indented. Says what the table of fields says: names, forms, ranges, defaults of
// pretraining, documentation. Combinations of fields are beyond it.
std::string JobSchemaText();

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_JOB_SCHEMA_H_
