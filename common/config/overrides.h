// `--set key=value`: values put into the tree of a job file before it is bound.
#ifndef NEPA_COMMON_CONFIG_OVERRIDES_H_
#define NEPA_COMMON_CONFIG_OVERRIDES_H_

#include <string>
#include <vector>

#include "common/config/node.h"

namespace nepa::config {

// Applies `overrides` to `root` in order: each replaces what stands at its dotted key, and what
// contradicts it in the file (schedule.steps takes the place of schedule.epochs, model.from that of
// model.preset, limit that of limit_per_class, each also the other way round). Adds a fault for
// each override that is no `key=value` or whose value is no YAML.
void ApplyOverrides(const std::vector<std::string>& overrides, Node& root,
                    std::vector<Fault>& faults);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_OVERRIDES_H_
