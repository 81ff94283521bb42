#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/rpc/exchange.h"

namespace nepa::rpc {
namespace {

v1::Desired ToMessage(exchange::Desired desired) {
  switch (desired) {
    case exchange::Desired::kRun:
      return v1::DESIRED_RUN;
    case exchange::Desired::kStopWithCheckpoint:
      return v1::DESIRED_STOP_WITH_CHECKPOINT;
    case exchange::Desired::kKill:
      return v1::DESIRED_KILL;
  }
  return v1::DESIRED_UNSPECIFIED;
}

absl::StatusOr<exchange::Desired> ReadDesired(const v1::GangOrder& order) {
  switch (order.desired()) {
    case v1::DESIRED_RUN:
      return exchange::Desired::kRun;
    case v1::DESIRED_STOP_WITH_CHECKPOINT:
      return exchange::Desired::kStopWithCheckpoint;
    case v1::DESIRED_KILL:
      return exchange::Desired::kKill;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("orders: what to do with job ", order.job_id(),
                       " is unknown here: ", static_cast<int>(order.desired())));
  }
}

absl::StatusOr<exchange::GangOrder> ReadGang(const v1::GangOrder& message) {
  if (message.job_id().empty() || message.attempt() < 1 || message.world_size() < 1 ||
      message.ranks_size() > kMaxRanks) {
    return absl::InvalidArgumentError(
        absl::StrCat("orders: job \"", message.job_id(), "\" attempt ", message.attempt(),
                     " of world size ", message.world_size(), " is no gang"));
  }
  exchange::GangOrder order;
  order.attempt = {message.job_id(), message.attempt()};
  NEPA_ASSIGN_OR_RETURN(order.desired, ReadDesired(message));
  order.ranks.assign(message.ranks().begin(), message.ranks().end());
  for (const int64_t rank : order.ranks) {
    if (rank < 0 || rank >= message.world_size()) {
      return absl::InvalidArgumentError(absl::StrCat("orders: rank ", rank, " of job ",
                                                     message.job_id(), " is outside world size ",
                                                     message.world_size()));
    }
  }
  order.world_size = message.world_size();
  order.job_file_json = message.job_file_json();
  order.folder = message.folder();
  order.resume_from = message.resume_from();
  order.model_from = message.model_from();
  if (message.has_registered_checkpoints()) {
    const auto& names = message.registered_checkpoints().names();
    order.registered_checkpoints.emplace(names.begin(), names.end());
  }
  return order;
}

}  // namespace

v1::WorkerOrders ToMessage(const exchange::Orders& orders) {
  v1::WorkerOrders message;
  message.set_incarnation(orders.incarnation);
  message.set_acknowledged(orders.acknowledged);
  for (const exchange::GangOrder& gang : orders.gangs) {
    v1::GangOrder& order = *message.add_gangs();
    order.set_job_id(gang.attempt.job_id);
    order.set_attempt(gang.attempt.attempt);
    order.set_desired(ToMessage(gang.desired));
    order.mutable_ranks()->Add(gang.ranks.begin(), gang.ranks.end());
    order.set_world_size(gang.world_size);
    order.set_job_file_json(gang.job_file_json);
    order.set_folder(gang.folder);
    order.set_resume_from(gang.resume_from);
    order.set_model_from(gang.model_from);
    if (gang.registered_checkpoints.has_value()) {
      auto& names = *order.mutable_registered_checkpoints()->mutable_names();
      names.Add(gang.registered_checkpoints->begin(), gang.registered_checkpoints->end());
    }
  }
  return message;
}

absl::StatusOr<exchange::Orders> FromMessage(const v1::WorkerOrders& message) {
  if (message.gangs_size() > kMaxRanks) {
    return absl::InvalidArgumentError(
        absl::StrCat("orders: ", message.gangs_size(), " gangs; allowed are ", kMaxRanks));
  }
  exchange::Orders orders;
  orders.incarnation = message.incarnation();
  orders.acknowledged = message.acknowledged();
  for (const v1::GangOrder& gang : message.gangs()) {
    NEPA_ASSIGN_OR_RETURN(exchange::GangOrder order, ReadGang(gang));
    orders.gangs.push_back(std::move(order));
  }
  return orders;
}

}  // namespace nepa::rpc
