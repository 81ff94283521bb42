// Writes checkpoints beside training: the training thread only waits while its tensors are copied.
//
// At most one checkpoint is being written; the next one waits for it. The copies' memory is kept
// and used again.
//
// Thread rule: Start, Wait and the destructor belong to the training thread. The callbacks run on
// the writer's own thread.
#ifndef NEPA_WORKER_TRAIN_CHECKPOINT_WRITER_H_
#define NEPA_WORKER_TRAIN_CHECKPOINT_WRITER_H_

#include <functional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "worker/train/checkpoint/checkpoint.h"

namespace nepa::checkpoint {

class Writer {
 public:
  struct Written {
    Committed folder;
    TrainerState state;
    absl::Time write_began;
    absl::Duration write_time;
    absl::Time stall_began;
    absl::Duration stall;  // training stood still for so long
  };

  struct Callbacks {
    // The files are written, the folder has no name yet. An error keeps it from getting one.
    std::function<absl::Status()> before_commit;
    // The folder is complete and durable.
    std::function<void(const Written&)> written;
  };

  Writer(std::string checkpoints_folder, Callbacks callbacks);
  // Waits for what is being written.
  ~Writer();

  // Copies `content` and has it written. Waits first for the one before. Its error, or that of any
  // one before it, is returned by this call or a later one; after an error nothing more is written.
  absl::Status Start(const Content& content);

  // Waits until nothing is being written. The first error so far.
  absl::Status Wait();

  // The first error so far, without waiting.
  absl::Status status();

 private:
  void Run();
  absl::Status WriteCatching() const;

  const std::string checkpoints_folder_;
  const Callbacks callbacks_;

  Mutex mutex_;
  Condition changed_;
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;  // copy_ is being written
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);

  // The training thread's while !busy_, the writer thread's while busy_.
  Content copy_;
  absl::Time stall_began_;
  absl::Duration stall_;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace nepa::checkpoint

#endif  // NEPA_WORKER_TRAIN_CHECKPOINT_WRITER_H_
