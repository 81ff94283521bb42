// Where `nepactl run` keeps everything of one embedded cluster.
//
//   run.lock             held while a nepactl, or anything it started, uses the folder
//   coordinator/         state of the coordinator, worker/ that of the worker
//   coordinator.log      and worker.log: what they print
//   storage/             the jobs' folders: checkpoints, logs, ledgers
#ifndef NEPA_CLI_STATE_FOLDER_H_
#define NEPA_CLI_STATE_FOLDER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/io/unique_fd.h"

namespace nepa::cli {

class StateFolder {
 public:
  // Makes `path` where it is missing and locks it. FAILED_PRECONDITION if another still uses it
  // after `patience`: programs of a run that was killed take a moment to end.
  static absl::StatusOr<StateFolder> Open(const std::string& path, absl::Duration patience);

  const std::string& path() const { return path_; }  // absolute
  std::string coordinator() const { return path_ + "/coordinator"; }
  std::string worker() const { return path_ + "/worker"; }
  std::string storage() const { return path_ + "/storage"; }
  // "coordinator" or "worker".
  std::string log(const std::string& daemon) const { return path_ + "/" + daemon + ".log"; }
  // The lock, for programs that are to hold it too.
  int lock_fd() const { return lock_.get(); }

 private:
  StateFolder(std::string path, io::UniqueFd lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  io::UniqueFd lock_;
};

// The last `count` lines of a file, indented; empty where it cannot be read.
std::string LastLines(const std::string& path, size_t count);

}  // namespace nepa::cli

#endif  // NEPA_CLI_STATE_FOLDER_H_
