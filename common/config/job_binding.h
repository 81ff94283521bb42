// From a tree to a job and back: the table of fields (job_fields.h), the defaults of the recipes
// and the rules for combinations, applied. YAML and JSON share it.
//
// Pure.
#ifndef NEPA_COMMON_CONFIG_JOB_BINDING_H_
#define NEPA_COMMON_CONFIG_JOB_BINDING_H_

#include <optional>
#include <string>
#include <vector>

#include "common/config/job_spec.h"
#include "common/config/node.h"

namespace nepa::config {

struct BindingSource {
  std::string file;              // for messages, and for the job's name where it has none
  std::string folder;            // absolute; relative paths count from here
  std::string without_position;  // in place of `file` in faults of nodes that have no position
};

struct BindingResult {
  std::optional<JobFile> job;  // set exactly when `faults` is empty
  std::vector<Fault> faults;   // in no order
};

// What a tree must satisfy. A value that has no form that this program reads, or a field that it
// does not know, is a fault with either.
enum class Rules {
  kApply,  // a file that a person hands in: bounds, missing fields and combinations too
  kSkip,   // a job that was accepted once, perhaps when the rules were others
};

BindingResult Bind(const Node& root, const BindingSource& source, Rules rules = Rules::kApply);

// Every field that means something in `spec`. Bind() of it gives `spec` again.
Node ToNode(const JobSpec& spec);

// Orders faults by position, those without one last, and leaves the first kMostFaults and one that
// says how many more there are.
inline constexpr size_t kMostFaults = 100;
void SortAndLimit(std::vector<Fault>& faults);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_JOB_BINDING_H_
