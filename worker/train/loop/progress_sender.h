// Sends how far training is, not too often and never late: whatever the training thread does
// meanwhile (an evaluation, waiting for images, for storage or for other ranks), what was offered
// is sent once `least` has passed since the frame before.
//
// Thread rule: Offer and SendNow from any thread. A thread of its own sends what had to wait.
#ifndef NEPA_WORKER_TRAIN_LOOP_PROGRESS_SENDER_H_
#define NEPA_WORKER_TRAIN_LOOP_PROGRESS_SENDER_H_

#include <optional>
#include <thread>

#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "worker/train/loop/frame_output.h"

namespace nepa::loop {

class ProgressSender {
 public:
  // `output` outlives this.
  ProgressSender(FrameOutput& output, absl::Duration least);
  // Sends what still waits.
  ~ProgressSender();

  // Takes the place of what waits. Sent at once where `least` has passed.
  void Offer(frames::Progress progress);
  void SendNow(const frames::Progress& progress);

 private:
  void Run();
  void Send(const frames::Progress& progress) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  FrameOutput& output_;
  const absl::Duration least_;

  Mutex mutex_;  // held while sending, so that no frame overtakes a later one
  Condition changed_;
  absl::Time last_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::optional<frames::Progress> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_PROGRESS_SENDER_H_
