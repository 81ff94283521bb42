// Who watches the whole cluster.
//
// Confined to the loop's thread, but for what ClusterSink says.
#ifndef NEPA_COORDINATOR_RUNTIME_CLUSTER_WATCHES_H_
#define NEPA_COORDINATOR_RUNTIME_CLUSTER_WATCHES_H_

#include <list>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/runtime/view.h"

namespace nepa::coordinator {

// Called on the loop's thread; must not wait.
class ClusterSink {
 public:
  virtual ~ClusterSink() = default;
  // What is shown replaces what was shown before.
  virtual void Show(const View& view) = 0;
  // Nothing is shown any more.
  virtual void Close(absl::Status why) = 0;
  // True once nobody looks any more.
  virtual bool gone() const = 0;
};

class ClusterWatches {
 public:
  // No watcher is shown the cluster more often.
  static constexpr absl::Duration kLeastInterval = absl::Milliseconds(250);
  static constexpr size_t kMaxWatches = 64;

  // Shows the cluster at once. RESOURCE_EXHAUSTED closes the watch.
  void Add(const View& view, std::shared_ptr<ClusterSink> sink, absl::Time now);

  // `changed`: something looks different than at the last call. Shows it to those who have not seen
  // anything for long enough, to the others later.
  void Update(const View& view, bool changed, absl::Time now);

  // When Update has something to show, if nothing else changes.
  absl::Time NextDeadline() const;

  void CloseAll(const absl::Status& why);

 private:
  struct Watch {
    std::shared_ptr<ClusterSink> sink;
    absl::Time shown_at;
    bool stale = false;  // something changed since then
  };
  std::list<Watch> watches_;
};

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RUNTIME_CLUSTER_WATCHES_H_
