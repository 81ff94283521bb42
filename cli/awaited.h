// Whether a job that is waited for has come where it should.
//
// Pure. Any thread.
#ifndef NEPA_CLI_AWAITED_H_
#define NEPA_CLI_AWAITED_H_

#include <string>
#include <vector>

#include "nepa/v1/job.pb.h"

namespace nepa::cli {

// What can be waited for: the phases, and ENDED, which is any final one.
const std::vector<std::string>& AwaitedWords();

enum class Awaited {
  kReached,
  kNotYet,
  kNever,  // it ended in another phase
};

// `word` is one of AwaitedWords(). Phases that a job passes through count as reached once it is
// past them: a short job may have run between two looks.
Awaited JudgeAwaited(const std::string& word, const v1::Job& job);

}  // namespace nepa::cli

#endif  // NEPA_CLI_AWAITED_H_
