// What a rank says about its progress, and how often.
//
// Thread rule: the training thread's. What waits to be sent does not wait for it.
#ifndef NEPA_WORKER_TRAIN_LOOP_REPORTS_H_
#define NEPA_WORKER_TRAIN_LOOP_REPORTS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/time/time.h"
#include "worker/train/loop/frame_output.h"
#include "worker/train/loop/pace.h"
#include "worker/train/loop/progress_sender.h"
#include "worker/train/loop/session.h"
#include "worker/train/loop/span_log.h"
#include "worker/train/loop/throughput.h"
#include "worker/train/loop/training_step.h"

namespace nepa::loop {

// Keeps the session's metrics up to date and sends them: as progress at most four times a second
// and at most a quarter of a second late, as a point of the metric history once a second, and both
// at once after the first and the last step.
class Reports {
 public:
  // All must outlive this. What gathers in `spans` goes with the frames that must arrive.
  Reports(Session& session, FrameOutput& output, SpanLog& spans);

  void Started();

  // After a step that took `duration`, `data_wait` of it waiting for images.
  void Step(const StepResult& result, absl::Duration duration, absl::Duration data_wait,
            absl::Time now);

  // The latest step was the last one, since the job was asked to stop.
  void Stopped() { progress_.SendNow(Progress()); }

  // Values of an evaluation at the present step: a point of the history of their own.
  void Evaluated(const std::map<std::string, double>& values);

 private:
  void AddFirstStep(absl::Time begin, absl::Duration duration, absl::Duration data_wait);
  frames::Progress Progress() const;

  Session& session_;
  FrameOutput& output_;
  SpanLog& spans_;
  Throughput throughput_;
  int64_t images_ = 0;  // trained by this attempt on all ranks
  ProgressSender progress_;
  Pace point_pace_;
};

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_REPORTS_H_
