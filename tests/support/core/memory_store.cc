#include "tests/support/core/memory_store.h"

#include <algorithm>
#include <utility>

namespace nepa::testing {

absl::StatusOr<state::ClusterState> MemoryStore::Load() {
  MutexLock lock(mutex_);
  return state_;
}

absl::Status MemoryStore::Commit(absl::Span<const state::Change> changes) {
  MutexLock lock(mutex_);
  if (!failure_.ok()) return failure_;
  for (const state::Change& change : changes) {
    state::Apply(state_, change);
    Remember(change);
  }
  ++commits_;
  return absl::OkStatus();
}

void MemoryStore::Remember(const state::Change& change) {
  if (const auto* event = std::get_if<state::AddEvent>(&change)) {
    events_.push_back(event->event);
  } else if (const auto* add = std::get_if<state::AddMetrics>(&change)) {
    state::MetricPoint& point = metrics_[add->job][add->point.step];
    point.step = add->point.step;
    point.time = add->point.time;
    for (const auto& [name, value] : add->point.values) point.values[name] = value;
  } else if (const auto* add = std::get_if<state::AddSpans>(&change)) {
    std::vector<state::Span>& spans = spans_[add->job];
    spans.insert(spans.end(), add->spans.begin(), add->spans.end());
  } else if (const auto* trim = std::get_if<state::TrimMetrics>(&change)) {
    auto& points = metrics_[trim->job];
    points.erase(points.upper_bound(trim->step), points.end());
  } else if (const auto* trim = std::get_if<state::TrimWorkerEvents>(&change)) {
    const auto of_worker = [](const state::Event& each) { return each.job.empty(); };
    int64_t excess = std::count_if(events_.begin(), events_.end(), of_worker) - trim->keep;
    std::erase_if(events_,
                  [&](const state::Event& each) { return of_worker(each) && excess-- > 0; });
  } else if (const auto* gone = std::get_if<state::DeleteJob>(&change)) {
    metrics_.erase(gone->id);
    spans_.erase(gone->id);
    std::erase_if(events_, [&](const state::Event& each) { return each.job == gone->id; });
  }
}

absl::StatusOr<std::vector<state::Event>> MemoryStore::Events(const std::string& job) {
  MutexLock lock(mutex_);
  std::vector<state::Event> found;
  std::copy_if(events_.begin(), events_.end(), std::back_inserter(found),
               [&](const state::Event& each) { return each.job == job; });
  return found;
}

absl::StatusOr<std::vector<state::MetricPoint>> MemoryStore::Metrics(const std::string& job,
                                                                     int64_t from_step) {
  MutexLock lock(mutex_);
  std::vector<state::MetricPoint> found;
  for (const auto& [step, point] : metrics_[job]) {
    if (step >= from_step) found.push_back(point);
  }
  return found;
}

absl::StatusOr<std::vector<state::Span>> MemoryStore::Spans(const std::string& job) {
  MutexLock lock(mutex_);
  return spans_[job];
}

void MemoryStore::FailCommitsWith(absl::Status status) {
  MutexLock lock(mutex_);
  failure_ = std::move(status);
}

int64_t MemoryStore::commits() {
  MutexLock lock(mutex_);
  return commits_;
}

}  // namespace nepa::testing
