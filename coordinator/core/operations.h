// What people, workers and the clock may do to the cluster: one operation a file.
//
// An operation checks first and records nothing in the draft if it refuses. Those for people take
// the request id that makes a repetition harmless (requests.h).
// Codes: INVALID_ARGUMENT can never work, NOT_FOUND no such job, FAILED_PRECONDITION wrong phase,
// ABORTED fenced, RESOURCE_EXHAUSTED a bound was hit.
//
// Pure; confined to the state's owner.
#ifndef NEPA_COORDINATOR_CORE_OPERATIONS_H_
#define NEPA_COORDINATOR_CORE_OPERATIONS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/exchange/exchange.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/reply.h"
#include "coordinator/state/rows.h"

namespace nepa::core {

// ---- People ----

struct SubmitCommand {
  std::string request_id;
  state::JobSource source;  // its file has passed config::ReadJobFile
  std::string user;
  bool dry_run = false;
  // How it got here, for its trace: by the client's clock when it began and when it sent the
  // request, by ours when that came and when its file was found right. Those that are not told, or
  // cannot be, are left out.
  std::optional<absl::Time> client_began_at, sent_at;
  std::optional<absl::Time> received_at, checked_at;
};
Reply Submit(Draft& draft, const SubmitCommand& command);

// A job by its id or name (of several of one name, the latest).
struct JobCommand {
  std::string request_id;
  std::string job;
};
Reply Cancel(Draft& draft, const JobCommand& command);
Reply Pause(Draft& draft, const JobCommand& command);
Reply Resume(Draft& draft, const JobCommand& command);

// For the attempts to come: one that has its slots keeps them.
struct PriorityCommand {
  std::string request_id;
  std::string job;
  int64_t priority = 0;  // 0 … 1000
};
Reply SetPriority(Draft& draft, const PriorityCommand& command);

struct DeleteCommand {
  std::string request_id;
  std::string job;
  bool keep_checkpoints = false;
};
Reply Delete(Draft& draft, const DeleteCommand& command);

// What a verification found out.
struct MarkCheckpointCommand {
  std::string request_id;
  std::string checkpoint;
  bool corrupt = false;
};
Reply MarkCheckpoint(Draft& draft, const MarkCheckpointCommand& command);

struct PinCommand {
  std::string request_id;
  std::string checkpoint;
  bool pinned = false;
};
Reply PinCheckpoint(Draft& draft, const PinCommand& command);

struct DeleteCheckpointCommand {
  std::string request_id;
  std::string checkpoint;
};
Reply DeleteCheckpoint(Draft& draft, const DeleteCheckpointCommand& command);

// A worker by its id or name.
struct DrainCommand {
  std::string request_id;
  std::string worker;
  std::string user;
  std::string reason;  // for people; may be empty
};
Reply Drain(Draft& draft, const DrainCommand& command);

struct UndrainCommand {
  std::string request_id;
  std::string worker;
};
Reply Undrain(Draft& draft, const UndrainCommand& command);

// ---- Workers ----

absl::StatusOr<exchange::Registered> Register(Draft& draft, const exchange::Registration& worker);

// NOT_FOUND or ABORTED: the worker stops its ranks and registers again.
absl::Status TakeReport(Draft& draft, const exchange::Report& report);

// Everything that a worker should run now.
exchange::Orders OrdersFor(const state::ClusterState& state, const std::string& worker);

// The stream of this incarnation ended; its lease runs on.
void Disconnect(Draft& draft, const std::string& worker, int64_t incarnation);

// ---- The coordinator itself ----

// Gives up workers whose lease has expired and forgets what is too old.
void Tick(Draft& draft);

// When, after `now`, Tick, MakePlacements or SendNotifications will have something to do, if
// nothing else happens.
absl::Time NextDeadline(const state::ClusterState& state, const state::Live& live,
                        const Settings& settings, absl::Time now);

// Runs the scheduler and applies its plan; refreshes Live::waits.
void MakePlacements(Draft& draft);

// Job ids up to "j<used>" are not given: the storage has folders of that name, of an earlier
// database.
void ReserveJobIds(Draft& draft, int64_t used);

// The folder of a RemoveFolder is gone. Noted in Live::removed.
void FolderRemoved(Draft& draft, const std::string& path);

// Forgets the rows of the folders in Live::removed.
void ForgetRemovals(Draft& draft);

// Records Live::unwritten_spans, which is emptied once that is stored.
void WriteSpans(Draft& draft);

// What came of the effect Notify: OK, or UNAVAILABLE with why not. Noted in Live::notifying.
void NotificationTried(Draft& draft, const std::string& job, const absl::Status& result);

// Settles the rows of the notifications in Live::notifying whose result is known: told, to be tried
// again, or given up.
void SettleNotifications(Draft& draft);

// Asks for every notification that is due to be sent (effect Notify).
void SendNotifications(Draft& draft);

// The changes of the two that settle are stored: empties what they worked from.
void ForgetSettled(state::Live& live);

}  // namespace nepa::core

#endif  // NEPA_COORDINATOR_CORE_OPERATIONS_H_
