// What Prometheus sees of the jobs whose rank 0 runs here: the fixed nepa_train_*, nepa_eval_* and
// nepa_checkpoint_* series with the labels {job_id, job_name}.
//
//   nepa_train_loss, _learning_rate, _gradient_norm, _embedding_std        gauges, latest value
//   nepa_train_step_seconds, _data_wait_seconds                            gauges: frames carry the
//       latest step's, not every step's, so a histogram would count a sample as the whole
//   nepa_train_images_total                                                counter, all attempts
//   here nepa_eval_accuracy{metric}, nepa_eval_effective_rank                   gauges
//   nepa_checkpoint_write_seconds, _stall_seconds                          histograms, one
//       observation a checkpoint
//
// A series appears with its first value and disappears a while after its job's attempt has ended
// here, unless another attempt of the job began here in between.
//
// Confined to the worker's loop thread; the registry may be collected from any thread.
#ifndef NEPA_WORKER_METRICS_TRAIN_METRICS_H_
#define NEPA_WORKER_METRICS_TRAIN_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <map>
#include <string>

#include "absl/time/time.h"
#include "common/exchange/exchange.h"
#include "common/frames/frames.h"

namespace nepa::worker {

class TrainMetrics {
 public:
  // `registry` must outlive this. `series_stay`: how long a job's series are shown after its end.
  TrainMetrics(prometheus::Registry& registry, absl::Duration series_stay);

  // Rank 0 of an attempt was started here.
  void Began(const exchange::AttemptId& attempt, const std::string& job_name);
  // Rank 0 sent a frame. Ignored for an attempt that has not begun or is not the latest.
  void Observe(const exchange::AttemptId& attempt, const frames::Frame& frame);
  // Rank 0's process has ended.
  void Ended(const exchange::AttemptId& attempt, absl::Time now);

  // Removes what has been kept for long enough.
  void Expire(absl::Time now);
  // When Expire has something to do next.
  absl::Time NextExpiry() const;

 private:
  template <typename Metric>
  using Family = prometheus::Family<Metric>;

  struct Job {
    std::string name;
    int64_t attempt = 0;
    int64_t images = 0;  // of this attempt, already counted
    absl::Time expires = absl::InfiniteFuture();
    std::map<Family<prometheus::Gauge>*, std::map<std::string, prometheus::Gauge*>> gauges;
    prometheus::Counter* images_total = nullptr;
    prometheus::Histogram* write_seconds = nullptr;
    prometheus::Histogram* stall_seconds = nullptr;
  };

  prometheus::Labels LabelsOf(const std::string& job_id, const Job& job) const;
  void Set(const std::string& job_id, Job& job, const std::string& metric, double value);
  void SetAll(const std::string& job_id, Job& job, const std::map<std::string, double>& values);
  void CountImages(const std::string& job_id, Job& job, int64_t images);
  void AddCheckpoint(const std::string& job_id, Job& job, const frames::CheckpointWritten& frame);
  void Remove(Job& job);

  Family<prometheus::Gauge>* FamilyOf(const std::string& metric);

  const absl::Duration series_stay_;
  std::map<std::string, Family<prometheus::Gauge>*> train_;  // by the metric's name in frames
  Family<prometheus::Gauge>* accuracy_;
  Family<prometheus::Counter>* images_total_;
  Family<prometheus::Histogram>* write_seconds_;
  Family<prometheus::Histogram>* stall_seconds_;
  std::map<std::string, Job> jobs_;
};

}  // namespace nepa::worker

#endif  // NEPA_WORKER_METRICS_TRAIN_METRICS_H_
