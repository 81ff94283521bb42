#include "coordinator/state/change.h"

#include <utility>

#include "coordinator/state/words.h"

namespace nepa::state {
namespace {

// Puts `row` under `key`; the inverse puts the old row back or deletes the new one.
template <typename Put, typename Delete, typename Map, typename Key, typename Row>
Change PutRow(Map& map, const Key& key, const Row& row) {
  const auto [place, is_new] = map.try_emplace(key, row);
  if (is_new) return Delete{key};
  return Put{std::exchange(place->second, row)};
}

template <typename Put, typename Map, typename Key>
std::optional<Change> DeleteRow(Map& map, const Key& key) {
  auto node = map.extract(key);
  if (node.empty()) return std::nullopt;
  return Put{std::move(node.mapped())};
}

struct Applier {
  ClusterState& state;
  using Inverse = std::optional<Change>;

  void ForgetLive(const Attempt& attempt) {
    if (state.live_attempts.erase(attempt.id) == 0) return;
    for (const Rank& rank : attempt.gang) {
      const auto on = state.live_on.find(rank.worker);
      if (on == state.live_on.end()) continue;  // two ranks on one worker
      on->second.erase(attempt.id);
      if (on->second.empty()) state.live_on.erase(on);
    }
  }

  void NoteJob(const Job& job) {
    ++state.phase_counts[job.phase];
    if (!IsWaiting(job.phase)) return;
    state.waiting.insert(job.id);
    if (job.not_before != absl::InfinitePast()) state.pausing.insert(job.id);
  }
  void ForgetJob(const std::string& id) {
    const auto job = state.jobs.find(id);
    if (job == state.jobs.end()) return;
    const auto count = state.phase_counts.find(job->second.phase);
    if (--count->second == 0) state.phase_counts.erase(count);
    state.waiting.erase(id);
    state.pausing.erase(id);
  }

  Inverse operator()(const PutJob& c) {
    ForgetJob(c.job.id);
    NoteJob(c.job);
    return PutRow<PutJob, DeleteJob>(state.jobs, c.job.id, c.job);
  }
  Inverse operator()(const DeleteJob& c) {
    ForgetJob(c.id);
    return DeleteRow<PutJob>(state.jobs, c.id);
  }
  Inverse operator()(const PutAttempt& c) {
    if (c.attempt.ended_at.has_value()) {
      ForgetLive(c.attempt);
    } else if (state.live_attempts.insert(c.attempt.id).second) {
      for (const Rank& rank : c.attempt.gang) state.live_on[rank.worker].insert(c.attempt.id);
    }
    return PutRow<PutAttempt, DeleteAttempt>(state.attempts, c.attempt.id, c.attempt);
  }
  Inverse operator()(const DeleteAttempt& c) {
    if (const auto row = state.attempts.find(c.id); row != state.attempts.end()) {
      ForgetLive(row->second);
    }
    return DeleteRow<PutAttempt>(state.attempts, c.id);
  }
  Inverse operator()(const PutWorker& c) {
    return PutRow<PutWorker, DeleteWorker>(state.workers, c.worker.id, c.worker);
  }
  Inverse operator()(const DeleteWorker& c) { return DeleteRow<PutWorker>(state.workers, c.id); }
  Inverse operator()(const PutCheckpoint& c) {
    state.checkpoints_of[c.checkpoint.job].insert(c.checkpoint.id);
    return PutRow<PutCheckpoint, DeleteCheckpoint>(state.checkpoints, c.checkpoint.id,
                                                   c.checkpoint);
  }
  Inverse operator()(const DeleteCheckpoint& c) {
    const auto row = state.checkpoints.find(c.id);
    if (row == state.checkpoints.end()) return std::nullopt;
    const auto ids = state.checkpoints_of.find(row->second.job);
    ids->second.erase(c.id);
    if (ids->second.empty()) state.checkpoints_of.erase(ids);
    return DeleteRow<PutCheckpoint>(state.checkpoints, c.id);
  }
  Inverse operator()(const PutRequest& c) {
    return PutRow<PutRequest, DeleteRequest>(state.requests, c.request.id, c.request);
  }
  Inverse operator()(const DeleteRequest& c) { return DeleteRow<PutRequest>(state.requests, c.id); }
  Inverse operator()(const PutRemoval& c) {
    return PutRow<PutRemoval, DeleteRemoval>(state.removals, c.removal.path, c.removal);
  }
  Inverse operator()(const DeleteRemoval& c) {
    return DeleteRow<PutRemoval>(state.removals, c.path);
  }
  Inverse operator()(const PutNotification& c) {
    return PutRow<PutNotification, DeleteNotification>(state.notifications, c.notification.job,
                                                       c.notification);
  }
  Inverse operator()(const DeleteNotification& c) {
    return DeleteRow<PutNotification>(state.notifications, c.job);
  }
  Inverse operator()(const PutCounters& c) {
    return PutCounters{std::exchange(state.counters, c.counters)};
  }
  Inverse operator()(const AddEvent&) { return std::nullopt; }
  Inverse operator()(const AddMetrics&) { return std::nullopt; }
  Inverse operator()(const AddSpans&) { return std::nullopt; }
  Inverse operator()(const TrimMetrics&) { return std::nullopt; }
  Inverse operator()(const TrimWorkerEvents&) { return std::nullopt; }
};

}  // namespace

std::optional<Change> Apply(ClusterState& state, const Change& change) {
  return std::visit(Applier{state}, change);
}

}  // namespace nepa::state
