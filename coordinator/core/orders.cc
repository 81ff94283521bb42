#include <optional>
#include <string>
#include <vector>

#include "coordinator/core/find.h"
#include "coordinator/core/operations.h"

namespace nepa::core {
namespace {

// Those that are being deleted too: their folders have someone who removes them.
std::optional<std::vector<std::string>> RegisteredCheckpoints(const state::ClusterState& state,
                                                              const std::string& job_id) {
  std::vector<std::string> names;
  const auto ids = state.checkpoints_of.find(job_id);
  if (ids == state.checkpoints_of.end()) return names;
  if (ids->second.size() > exchange::kMaxRegisteredNames) return std::nullopt;
  for (const std::string& id : ids->second) {
    const std::string& path = state.checkpoints.at(id).path;
    names.push_back(path.substr(path.rfind('/') + 1));
  }
  return names;
}

}  // namespace

exchange::Orders OrdersFor(const state::ClusterState& state, const std::string& worker_id) {
  exchange::Orders orders;
  const auto worker = state.workers.find(worker_id);
  if (worker == state.workers.end()) return orders;
  orders.incarnation = worker->second.incarnation;
  orders.acknowledged = worker->second.acknowledged;
  const auto on = state.live_on.find(worker_id);
  if (on == state.live_on.end()) return orders;
  for (const state::AttemptId& id : on->second) {
    const state::Attempt& attempt = state.attempts.at(id);
    exchange::GangOrder order;
    for (size_t i = 0; i < attempt.gang.size(); ++i) {
      const state::Rank& rank = attempt.gang[i];
      if (rank.worker == worker_id && rank.incarnation == orders.incarnation && !rank.exit) {
        order.ranks.push_back(static_cast<int64_t>(i));
      }
    }
    if (order.ranks.empty()) continue;
    order.attempt = id;
    order.desired = attempt.desired;
    order.world_size = static_cast<int64_t>(attempt.gang.size());
    order.job_file_json = state.jobs.at(id.job_id).source->json;
    order.folder = FolderOf(id.job_id);
    order.resume_from = attempt.resume_from;
    order.model_from = attempt.model_from;
    order.registered_checkpoints = RegisteredCheckpoints(state, id.job_id);
    orders.gangs.push_back(std::move(order));
  }
  return orders;
}

}  // namespace nepa::core
