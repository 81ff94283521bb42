// The reference of a job file as Markdown: docs/job-file.md, `nepactl schema --markdown`.
//
// Pure.
#ifndef NEPA_COMMON_CONFIG_JOB_REFERENCE_H_
#define NEPA_COMMON_CONFIG_JOB_REFERENCE_H_

#include <string>

namespace nepa::config {

std::string JobReferenceMarkdown();

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_JOB_REFERENCE_H_
