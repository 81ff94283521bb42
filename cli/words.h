// The words of the service for the numbers on the wire, and small translations beside them.
//
// Pure. Any thread.
#ifndef NEPA_CLI_WORDS_H_
#define NEPA_CLI_WORDS_H_

#include <string>

#include "cli/color.h"
#include "nepa/v1/checkpoint.pb.h"
#include "nepa/v1/cluster.pb.h"
#include "nepa/v1/job.pb.h"

namespace nepa::cli {

// "QUEUED", "RUNNING", … ; "UNKNOWN" for a value that this version does not know.
std::string PhaseWord(v1::Phase phase);
std::string StateWord(v1::CheckpointState state);
std::string StateWord(v1::WorkerState state);

Color PhaseColor(v1::Phase phase);
Color StateColor(v1::CheckpointState state);
Color StateColor(v1::WorkerState state);

// SUCCEEDED, FAILED or CANCELLED: nothing follows.
bool IsFinal(v1::Phase phase);

// "j17 fashion-pretrain"; only the name before the job has an id.
std::string JobTitle(const v1::Job& job);

}  // namespace nepa::cli

#endif  // NEPA_CLI_WORDS_H_
