// Who watches which job.
//
// Confined to the loop's thread, but for what JobSink says.
#ifndef NEPA_COORDINATOR_RUNTIME_JOB_WATCHES_H_
#define NEPA_COORDINATOR_RUNTIME_JOB_WATCHES_H_

#include <list>
#include <memory>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/runtime/view.h"

namespace nepa::coordinator {

// Called on the loop's thread; must not wait.
class JobSink {
 public:
  virtual ~JobSink() = default;
  virtual void Show(const View& view, const state::Job& job) = 0;
  // Nothing is shown any more. OK: the job has ended.
  virtual void Close(absl::Status why) = 0;
  // True once nobody looks any more.
  virtual bool gone() const = 0;
};

class JobWatches {
 public:
  // No watcher is shown a job more often.
  static constexpr absl::Duration kLeastInterval = absl::Milliseconds(100);
  static constexpr size_t kMaxWatches = 1024;

  // Shows the job at once. NOT_FOUND and RESOURCE_EXHAUSTED close the watch.
  void Add(const View& view, const std::string& id_or_name, std::shared_ptr<JobSink> sink,
           absl::Time now);

  // Shows what changed to those who have not seen anything for long enough, the others later.
  void Update(const View& view, const std::set<std::string>& touched, absl::Time now);

  // When Update has something to show, if nothing else changes.
  absl::Time NextDeadline() const;

  void CloseAll(const absl::Status& why);

 private:
  struct Watch {
    std::string job;  // id
    std::shared_ptr<JobSink> sink;
    absl::Time shown_at;
    bool stale = false;  // the job looks different than when it was shown
  };
  // False: the watch is over.
  static bool Show(const View& view, Watch& watch, absl::Time now);

  std::list<Watch> watches_;
};

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RUNTIME_JOB_WATCHES_H_
