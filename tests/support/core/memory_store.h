// A store that keeps everything in memory and fails when told to.
#ifndef NEPA_TESTS_SUPPORT_CORE_MEMORY_STORE_H_
#define NEPA_TESTS_SUPPORT_CORE_MEMORY_STORE_H_

#include <map>
#include <string>
#include <vector>

#include "common/base/mutex.h"
#include "coordinator/storage/store.h"

namespace nepa::testing {

class MemoryStore : public storage::Store {
 public:
  absl::StatusOr<state::ClusterState> Load() override;
  absl::Status Commit(absl::Span<const state::Change> changes) override;
  absl::StatusOr<std::vector<state::Event>> Events(const std::string& job) override;
  absl::StatusOr<std::vector<state::MetricPoint>> Metrics(const std::string& job,
                                                          int64_t from_step) override;
  absl::StatusOr<std::vector<state::Span>> Spans(const std::string& job) override;

  // Each Commit returns this until it is set to OK again. Any thread.
  void FailCommitsWith(absl::Status status);
  int64_t commits();

 private:
  void Remember(const state::Change& change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  state::ClusterState state_ ABSL_GUARDED_BY(mutex_);
  std::vector<state::Event> events_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::map<int64_t, state::MetricPoint>> metrics_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::vector<state::Span>> spans_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  int64_t commits_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SUPPORT_CORE_MEMORY_STORE_H_
