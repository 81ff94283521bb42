// The words for the enums of rows, as the database, JSON, metrics and messages spell them.
#ifndef NEPA_COORDINATOR_STATE_WORDS_H_
#define NEPA_COORDINATOR_STATE_WORDS_H_

#include <array>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "coordinator/state/rows.h"

namespace nepa::state {

inline constexpr std::array kPhases = {Phase::kQueued, Phase::kStarting,   Phase::kRunning,
                                       Phase::kPaused, Phase::kRestarting, Phase::kSucceeded,
                                       Phase::kFailed, Phase::kCancelled};
inline constexpr std::array kWorkerStates = {WorkerState::kReady, WorkerState::kDraining,
                                             WorkerState::kLost};

absl::string_view Name(Phase phase);            // "QUEUED"
absl::string_view Name(Wish wish);              // "run"
absl::string_view Name(Desired desired);        // "run", "stop", "kill"
absl::string_view Name(WorkerState state);      // "READY"
absl::string_view Name(CheckpointState state);  // "AVAILABLE"

// DATA_LOSS for a word that is none of them.
absl::StatusOr<Phase> ParsePhase(absl::string_view word);
absl::StatusOr<Wish> ParseWish(absl::string_view word);
absl::StatusOr<Desired> ParseDesired(absl::string_view word);
absl::StatusOr<WorkerState> ParseWorkerState(absl::string_view word);
absl::StatusOr<CheckpointState> ParseCheckpointState(absl::string_view word);

// What people see of a worker: a ready one that they drained is DRAINING.
WorkerState ShownState(const Worker& worker);

// SUCCEEDED, FAILED, CANCELLED: nothing changes such a job any more.
bool IsFinal(Phase phase);

// QUEUED, RESTARTING: the scheduler looks for slots, unless an attempt is still ending.
bool IsWaiting(Phase phase);

}  // namespace nepa::state

#endif  // NEPA_COORDINATOR_STATE_WORDS_H_
