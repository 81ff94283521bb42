// The worker's own folder: the lock that makes it one worker's, endpoints.json, and a record of
// every process that runs, so that the next start can make sure that none survived.
//
//   DIR/lock                          flock'd for as long as the worker lives
//   DIR/endpoints.json                {"http": "127.0.0.1:7481"}
//   DIR/ranks/<job>.<attempt>.<rank>.json   what the rank was told (frames::TrainerJob)
//   DIR/ranks/<job>.<attempt>.<rank>.pid    its process: number, start time, boot
//
// Confined to one thread.
#ifndef NEPA_WORKER_RUNTIME_STATE_FOLDER_H_
#define NEPA_WORKER_RUNTIME_STATE_FOLDER_H_

#include <sys/types.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/io/unique_fd.h"
#include "worker/agent/effects.h"

namespace nepa::worker {

class StateFolder {
 public:
  // Makes the folder where needed, takes the lock, and removes an old endpoints.json.
  // FAILED_PRECONDITION if another worker holds it, or if it is another program's.
  static absl::StatusOr<StateFolder> Open(const std::string& path);

  // Kills what an earlier worker left running (its lifeline should have ended it already), waits
  // for its end, and removes its records. A number that meanwhile belongs to another process is
  // left alone: start time and boot must agree. UNAVAILABLE if a process does not die.
  absl::Status EndStaleRanks();

  absl::Status WriteEndpoints(const std::string& http_address);

  // Where the rank finds its job; written before the process starts.
  absl::StatusOr<std::string> WriteJob(const agent::RankId& id, const std::string& json);
  // Once it has started.
  absl::Status WriteProcess(const agent::RankId& id, pid_t pid);
  // Once it has ended, or has not started.
  void Forget(const agent::RankId& id);

 private:
  StateFolder(std::string path, io::UniqueFd lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string RankPath(const agent::RankId& id, const char* suffix) const;

  std::string path_;
  io::UniqueFd lock_;
};

}  // namespace nepa::worker

#endif  // NEPA_WORKER_RUNTIME_STATE_FOLDER_H_
