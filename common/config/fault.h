// Faults of a job file as text.
#ifndef NEPA_COMMON_CONFIG_FAULT_H_
#define NEPA_COMMON_CONFIG_FAULT_H_

#include <string>

#include "common/config/job_spec.h"

namespace nepa::config {

// `file` of faults that a --set made.
inline constexpr char kOverrideFile[] = "--set";

// "FILE:LINE:COLUMN: dotted.field: message"; without ":LINE:COLUMN" where there is no position, and
// "--set dotted.field: message" for an override. One line, whatever the file's text holds.
std::string FormatFault(const Fault& fault);

// A fault of `field` at its place in the file, or at that of the nearest mapping around it that the
// file spells out. For faults found later, on the worker.
Fault FaultAt(const JobFile& job, const std::string& field, const std::string& message);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_FAULT_H_
