// Combinations of fields that can never work, though each field by itself is right.
//
// Pure.
#ifndef NEPA_COMMON_CONFIG_JOB_RULES_H_
#define NEPA_COMMON_CONFIG_JOB_RULES_H_

#include <string>
#include <vector>

#include "common/config/job_spec.h"

namespace nepa::config {

struct BrokenRule {
  // The fields that contradict each other, the one to complain about first.
  std::vector<std::string> fields;
  std::string message;
};

std::vector<BrokenRule> BrokenRules(const JobSpec& spec);

// Values with which no version of this program could train: a model without a shape, a count of 0
// that something is divided by. A job that was accepted once need not keep today's rules, but must
// not have these; where it has them, its row was damaged.
std::vector<BrokenRule> ImpossibleValues(const JobSpec& spec);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_JOB_RULES_H_
