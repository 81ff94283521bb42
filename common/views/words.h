// The words of the service for the numbers on the wire, and how times are written.
//
// Pure; any thread.
#ifndef NEPA_COMMON_VIEWS_WORDS_H_
#define NEPA_COMMON_VIEWS_WORDS_H_

#include <string>

#include "absl/time/time.h"
#include "nepa/v1/checkpoint.pb.h"
#include "nepa/v1/cluster.pb.h"
#include "nepa/v1/job.pb.h"

namespace nepa::views {

// "QUEUED", "RUNNING", … ; "UNKNOWN" for a value that this version does not know.
std::string PhaseWord(v1::Phase phase);
std::string StateWord(v1::CheckpointState state);
std::string StateWord(v1::WorkerState state);

// RFC 3339 in UTC with milliseconds: "2026-11-24T22:21:05.123Z".
std::string TimeText(absl::Time time);

}  // namespace nepa::views

#endif  // NEPA_COMMON_VIEWS_WORDS_H_
