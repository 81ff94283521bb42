#include "cli/awaited.h"

#include "cli/words.h"

namespace nepa::cli {
namespace {

bool IsPast(const std::string& word, const v1::Job& job) {
  const v1::Phase phase = job.phase();
  const bool has_run = phase == v1::PHASE_RUNNING || phase == v1::PHASE_SUCCEEDED;
  return (word == "RUNNING" || word == "STARTING") && has_run;
}

}  // namespace

const std::vector<std::string>& AwaitedWords() {
  static const auto* const words =
      new std::vector<std::string>{"QUEUED",    "STARTING", "RUNNING",   "PAUSED", "RESTARTING",
                                   "SUCCEEDED", "FAILED",   "CANCELLED", "ENDED"};
  return *words;
}

Awaited JudgeAwaited(const std::string& word, const v1::Job& job) {
  const bool ended = IsFinal(job.phase());
  if (word == PhaseWord(job.phase()) || IsPast(word, job) || (word == "ENDED" && ended)) {
    return Awaited::kReached;
  }
  return ended ? Awaited::kNever : Awaited::kNotYet;
}

}  // namespace nepa::cli
