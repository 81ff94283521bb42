// The spans of a job's trace, as the coordinator names them.
#ifndef NEPA_COORDINATOR_CORE_TRACE_H_
#define NEPA_COORDINATOR_CORE_TRACE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "coordinator/core/operations.h"
#include "coordinator/state/rows.h"

namespace nepa::core {

// What the loop did for a job. `thread` and `name` as in frames::Span.
state::Span OwnSpan(int64_t attempt, absl::string_view thread, absl::string_view name,
                    absl::Time begin, absl::Time end);

// From the start of nepactl until the turn that takes the job, at `turn_began`.
std::vector<state::Span> SubmissionSpans(const SubmitCommand& command, absl::Time turn_began);

// What another program measured in an attempt.
std::vector<state::Span> SpansOf(int64_t attempt, const std::string& process,
                                 const std::vector<frames::Span>& spans);

}  // namespace nepa::core

#endif  // NEPA_COORDINATOR_CORE_TRACE_H_
