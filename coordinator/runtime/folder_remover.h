// Removes folders from the storage, on a thread of its own: a checkpoint is large, and the storage
// may be slow.
//
// What is asked for is durable elsewhere (state::Removal), so nothing is lost when the process
// ends; the queue is bounded by those rows.
#ifndef NEPA_COORDINATOR_RUNTIME_FOLDER_REMOVER_H_
#define NEPA_COORDINATOR_RUNTIME_FOLDER_REMOVER_H_

#include <deque>
#include <functional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "coordinator/state/rows.h"

namespace nepa::coordinator {

// Removes what `removal` names under `storage`. OK if it is not there. A folder is renamed first,
// so that it is never seen half removed under its name.
absl::Status RemoveFolder(const std::string& storage, const state::Removal& removal);

class FolderRemover {
 public:
  // A folder that cannot be removed is tried again every `retry`.
  FolderRemover(std::string storage, absl::Duration retry);
  // Finishes the folder at hand and leaves the rest.
  ~FolderRemover();

  // Starts the thread. `removed` is called on it with the path of each folder that is gone.
  void Start(std::function<void(const std::string& path)> removed);

  // Any thread; does not wait. Before Start() too.
  void Remove(const state::Removal& removal);

 private:
  void Main();

  const std::string storage_;
  const absl::Duration retry_;
  std::function<void(const std::string&)> removed_;

  Mutex mutex_;
  Condition work_;
  std::deque<state::Removal> queue_ ABSL_GUARDED_BY(mutex_);
  std::deque<state::Removal> failed_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RUNTIME_FOLDER_REMOVER_H_
