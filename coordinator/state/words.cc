#include "coordinator/state/words.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace nepa::state {
namespace {

template <typename Enum>
struct Word {
  Enum value;
  absl::string_view word;
};

constexpr Word<Phase> kPhaseWords[] = {
    {Phase::kQueued, "QUEUED"},         {Phase::kStarting, "STARTING"},
    {Phase::kRunning, "RUNNING"},       {Phase::kPaused, "PAUSED"},
    {Phase::kRestarting, "RESTARTING"}, {Phase::kSucceeded, "SUCCEEDED"},
    {Phase::kFailed, "FAILED"},         {Phase::kCancelled, "CANCELLED"}};
constexpr Word<Wish> kWishWords[] = {
    {Wish::kRun, "run"}, {Wish::kPause, "pause"}, {Wish::kCancel, "cancel"}};
constexpr Word<Desired> kDesiredWords[] = {
    {Desired::kRun, "run"}, {Desired::kStopWithCheckpoint, "stop"}, {Desired::kKill, "kill"}};
constexpr Word<WorkerState> kWorkerWords[] = {{WorkerState::kReady, "READY"},
                                              {WorkerState::kDraining, "DRAINING"},
                                              {WorkerState::kLost, "LOST"}};
constexpr Word<CheckpointState> kCheckpointWords[] = {{CheckpointState::kAvailable, "AVAILABLE"},
                                                      {CheckpointState::kDeleting, "DELETING"},
                                                      {CheckpointState::kCorrupt, "CORRUPT"}};

template <typename Enum, size_t n>
absl::string_view NameIn(const Word<Enum> (&words)[n], Enum value) {
  for (const Word<Enum>& word : words) {
    if (word.value == value) return word.word;
  }
  return "?";
}

template <typename Enum, size_t n>
absl::StatusOr<Enum> ParseIn(const Word<Enum> (&words)[n], absl::string_view text,
                             absl::string_view what) {
  for (const Word<Enum>& word : words) {
    if (word.word == text) return word.value;
  }
  return absl::DataLossError(absl::StrCat("'", text, "' is no ", what));
}

}  // namespace

absl::string_view Name(Phase phase) { return NameIn(kPhaseWords, phase); }
absl::string_view Name(Wish wish) { return NameIn(kWishWords, wish); }
absl::string_view Name(Desired desired) { return NameIn(kDesiredWords, desired); }
absl::string_view Name(WorkerState state) { return NameIn(kWorkerWords, state); }
absl::string_view Name(CheckpointState state) { return NameIn(kCheckpointWords, state); }

absl::StatusOr<Phase> ParsePhase(absl::string_view word) {
  return ParseIn(kPhaseWords, word, "phase");
}
absl::StatusOr<Wish> ParseWish(absl::string_view word) { return ParseIn(kWishWords, word, "wish"); }
absl::StatusOr<Desired> ParseDesired(absl::string_view word) {
  return ParseIn(kDesiredWords, word, "desired state");
}
absl::StatusOr<WorkerState> ParseWorkerState(absl::string_view word) {
  return ParseIn(kWorkerWords, word, "worker state");
}
absl::StatusOr<CheckpointState> ParseCheckpointState(absl::string_view word) {
  return ParseIn(kCheckpointWords, word, "checkpoint state");
}

WorkerState ShownState(const Worker& worker) {
  const bool held_back = worker.state == WorkerState::kReady && !worker.drained.empty();
  return held_back ? WorkerState::kDraining : worker.state;
}

bool IsFinal(Phase phase) {
  return phase == Phase::kSucceeded || phase == Phase::kFailed || phase == Phase::kCancelled;
}

bool IsWaiting(Phase phase) { return phase == Phase::kQueued || phase == Phase::kRestarting; }

}  // namespace nepa::state
