// The words of common/views with their colours, and small translations beside them.
//
// Pure. Any thread.
#ifndef NEPA_CLI_WORDS_H_
#define NEPA_CLI_WORDS_H_

#include <string>

#include "cli/color.h"
#include "common/views/words.h"
#include "nepa/v1/checkpoint.pb.h"
#include "nepa/v1/cluster.pb.h"
#include "nepa/v1/job.pb.h"

namespace nepa::cli {

using views::PhaseWord;
using views::StateWord;

Color PhaseColor(v1::Phase phase);
Color StateColor(v1::CheckpointState state);
Color StateColor(v1::WorkerState state);

// SUCCEEDED, FAILED or CANCELLED: nothing follows.
bool IsFinal(v1::Phase phase);

// "j17 fashion-pretrain"; only the name before the job has an id.
std::string JobTitle(const v1::Job& job);

}  // namespace nepa::cli

#endif  // NEPA_CLI_WORDS_H_
