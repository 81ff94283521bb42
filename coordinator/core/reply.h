// What an operation answers to whoever asked for it.
#ifndef NEPA_COORDINATOR_CORE_REPLY_H_
#define NEPA_COORDINATOR_CORE_REPLY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/config/job_spec.h"
#include "coordinator/state/rows.h"

namespace nepa::core {

struct Reply {
  absl::Status status;
  std::string subject;                // id of what it was about
  std::vector<config::Fault> faults;  // of a refused job file, beside the status
  std::optional<state::Job> preview;  // of a dry run: the job that would be
};

}  // namespace nepa::core

#endif  // NEPA_COORDINATOR_CORE_REPLY_H_
