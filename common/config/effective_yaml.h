// The complete effective configuration as a job file: what `nepactl describe` shows. Reading it
// again gives the same job.
//
// Pure.
#ifndef NEPA_COMMON_CONFIG_EFFECTIVE_YAML_H_
#define NEPA_COMMON_CONFIG_EFFECTIVE_YAML_H_

#include <string>

#include "common/config/job_spec.h"
#include "common/config/node.h"

namespace nepa::config {

std::string EffectiveYaml(const JobSpec& spec);

// Any tree as YAML: mappings in blocks, lists and empty mappings in one line.
std::string YamlText(const Node& node);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_EFFECTIVE_YAML_H_
