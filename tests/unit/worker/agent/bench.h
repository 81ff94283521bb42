// A bench for the agent: plays shell and coordinator in one thread, and keeps what the agent asked
// for.
#ifndef NEPA_TESTS_UNIT_WORKER_AGENT_BENCH_H_
#define NEPA_TESTS_UNIT_WORKER_AGENT_BENCH_H_

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "worker/agent/agent.h"

namespace nepa::agent {

inline RankId Id(const std::string& job, int64_t attempt, int64_t rank = 0) {
  return {{job, attempt}, rank};
}

inline exchange::GangOrder Order(const std::string& job, int64_t attempt,
                                 exchange::Desired desired = exchange::Desired::kRun,
                                 std::vector<int64_t> ranks = {0}) {
  exchange::GangOrder order;
  order.attempt = {job, attempt};
  order.desired = desired;
  order.world_size = static_cast<int64_t>(ranks.size());
  order.ranks = std::move(ranks);
  order.folder = "jobs/" + job;
  return order;
}

class Bench {
 public:
  explicit Bench(Options options = {.slots = 2}) : agent(options) {}

  // Carries the effects out as the real shell does when all goes well, so far as asked: a report is
  // written at once, a spawned process gets the next pid.
  void Do(Effects effects) {
    for (Effect& effect : effects) {
      if (auto* report = std::get_if<SendReport>(&effect)) {
        last_report = report->report;
        for (const exchange::OutboxItem& item : report->report.outbox) arrived.push_back(item);
        ++reports;
        written_owed = true;
      } else if (auto* spawn = std::get_if<Spawn>(&effect)) {
        spawned.push_back(*spawn);
      } else if (auto* stop = std::get_if<WriteStop>(&effect)) {
        stopped.push_back(*stop);
      } else if (auto* kill = std::get_if<Kill>(&effect)) {
        killed.push_back(kill->id);
      } else if (std::holds_alternative<Register>(effect)) {
        ++registers;
      } else if (std::holds_alternative<OpenExchange>(effect)) {
        ++opens;
      } else if (std::holds_alternative<CloseExchange>(effect)) {
        ++closes;
      } else {
        finished = true;
      }
    }
    if (auto_write && written_owed) {
      written_owed = false;
      Do(agent.ReportWritten(now));
    }
  }

  // Time goes on in steps of what the agent asks for.
  void Wait(absl::Duration duration) {
    const absl::Time until = now + duration;
    for (int step = 0; step < 100000; ++step) {
      const absl::Time wake = agent.NextWake();
      if (wake > until) break;
      if (wake > now) now = wake;
      Do(agent.Tick(now));
    }
    ASSERT_GT(agent.NextWake(), until) << "the agent wants to be called without end";
    now = until;
    Do(agent.Tick(now));
  }

  // Registers as incarnation `number` and opens the exchange.
  void Connect(int64_t number = 1) {
    incarnation = number;
    Do(agent.Tick(now));
    Do(agent.Registered({"w1", number, absl::Milliseconds(500), absl::Seconds(10), "/s"}, now));
  }

  // Orders arrive that acknowledge everything that arrived, or up to `acknowledged`.
  void Orders(std::vector<exchange::GangOrder> gangs, std::optional<int64_t> acknowledged = {}) {
    const int64_t all = arrived.empty() ? 0 : arrived.back().number;
    Do(agent.OrdersReceived({incarnation, acknowledged.value_or(all), std::move(gangs)}, now));
  }

  void Run(const RankId& id, int64_t pid = 100) {
    Do(agent.Spawned(id, pid, now));
    Do(agent.FrameRead(id, frames::Started{1, 0, 1000, "cpu", 8, 1}, now));
  }
  void Frame(const RankId& id, const frames::Frame& frame) { Do(agent.FrameRead(id, frame, now)); }
  void End(const RankId& id, ProcessEnd end = {}) { Do(agent.Ended(id, end, now)); }

  // Exits that have arrived at the coordinator, each number once.
  std::vector<exchange::RankExited> exits() const {
    std::vector<exchange::RankExited> result;
    int64_t last = 0;
    for (const exchange::OutboxItem& item : arrived) {
      const auto* exited = std::get_if<exchange::RankExited>(&item.what);
      if (exited != nullptr && item.number > last) result.push_back(*exited);
      last = std::max(last, item.number);
    }
    return result;
  }

  Agent agent;
  absl::Time now = absl::FromUnixSeconds(1'000'000);
  int64_t incarnation = 0;
  bool auto_write = true;
  bool written_owed = false;

  exchange::Report last_report;
  std::vector<exchange::OutboxItem> arrived;
  std::vector<Spawn> spawned;
  std::vector<WriteStop> stopped;
  std::vector<RankId> killed;
  int reports = 0, registers = 0, opens = 0, closes = 0;
  bool finished = false;
};

}  // namespace nepa::agent

#endif  // NEPA_TESTS_UNIT_WORKER_AGENT_BENCH_H_
