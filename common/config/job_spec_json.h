// The effective configuration as JSON: how a job file travels to the coordinator's database, the
// worker and the trainer, none of which reads YAML. Values have the forms of a job file (words,
// "30m", "10 epochs"). Every field that means something in the job is written:
// augmentation.padding, for example, only with crop: padded, and with model.from only the overrides
// of its config.json.
//
// Pure: no I/O.
#ifndef NEPA_COMMON_CONFIG_JOB_SPEC_JSON_H_
#define NEPA_COMMON_CONFIG_JOB_SPEC_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/config/job_spec.h"

namespace nepa::config {

// {"file": …, "folder": …, "positions": {"data.train.path": [line, column]}, "spec": {…}}
std::string ToJson(const JobFile& job);

// INVALID_ARGUMENT if `text` is not what ToJson writes; a missing field takes its default (a job
// stored by an older version), an unknown one is refused. Ranges and combinations are checked as in
// a job file, so what comes back can be built.
absl::StatusOr<JobFile> JobFileFromJson(absl::string_view text);

// The same for a job that was accepted when it was submitted, by this version or an earlier one:
// ranges, missing fields and combinations are not judged again, since rules may have become
// stricter. What cannot be read (no such field, no such word, no number) is refused as above. So a
// version that takes a field or a word away needs a step in coordinator/storage/migrations.cc that
// rewrites the stored jobs, and one that adds a field needs one too, so that an older program
// refuses the database rather than one of its rows.
absl::StatusOr<JobFile> AcceptedJobFromJson(absl::string_view text);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_JOB_SPEC_JSON_H_
