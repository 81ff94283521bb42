// The coordinator's Prometheus series. Those of one job stay for a while after its end.
//
// Thread rule: everything may be called from any thread; Observe… and Count… don't wait for a
// scrape.
#ifndef NEPA_COORDINATOR_METRICS_METRICS_H_
#define NEPA_COORDINATOR_METRICS_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "coordinator/state/cluster_state.h"
#include "coordinator/state/live.h"

namespace nepa::coordinator {

class Metrics {
 public:
  // `series_stay`: how long a job's series are shown after its end.
  explicit Metrics(absl::Duration series_stay);

  std::shared_ptr<const prometheus::Collectable> registry() const { return registry_; }

  // nepa_jobs, nepa_workers, nepa_slots.
  void ShowCluster(const state::ClusterState& state, const state::Live& live);
  void ObserveQueueWait(absl::Duration waited);
  void ObserveSchedule(absl::Duration took);
  void ObserveCommit(absl::Duration took, bool ok);
  void CountRestart(const state::Job& job, frames::ExitKind why);
  void CountRpc(const std::string& method, const std::string& code);
  void ShowQueue(size_t waiting);

  // The job ended: its series disappear `series_stay` later.
  void JobEnded(const std::string& job_id, absl::Time now);
  void Expire(absl::Time now);
  absl::Time NextExpiry();

 private:
  void ShowSlots(const state::ClusterState& state, const state::Live& live);

  const absl::Duration series_stay_;
  const std::shared_ptr<prometheus::Registry> registry_;
  prometheus::Family<prometheus::Gauge>& jobs_;
  prometheus::Family<prometheus::Gauge>& workers_;
  prometheus::Family<prometheus::Gauge>& slots_;
  prometheus::Gauge& queue_;
  prometheus::Histogram& queue_wait_;
  prometheus::Histogram& schedule_;
  prometheus::Histogram& commit_;
  prometheus::Counter& commit_failures_;
  prometheus::Family<prometheus::Counter>& restarts_;
  prometheus::Family<prometheus::Counter>& rpcs_;

  Mutex mutex_;
  std::map<std::string, std::vector<prometheus::Counter*>> of_job_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, absl::Time> ended_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_METRICS_METRICS_H_
