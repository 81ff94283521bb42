// Messages between the coordinator and everyone else: lost, doubled, late, out of order, cut off.
#ifndef NEPA_TESTS_SIMULATION_NETWORK_H_
#define NEPA_TESTS_SIMULATION_NETWORK_H_

#include <map>
#include <set>

#include "tests/simulation/world.h"

namespace nepa::simulation {

// Who is at the other end of a link. Workers have numbers from 0, people negative ones.
using Peer = int64_t;

class Network {
 public:
  explicit Network(World& world) : world_(world) {}

  // `arrive` is done once, twice or never, some time later.
  void Send(Peer peer, const Timeline::Action& arrive);
  // Exactly once, after a usual delay, unless the link is cut then.
  void SendSurely(Peer peer, Timeline::Action arrive);

  void Cut(Peer peer) { cut_.insert(peer); }
  void Mend(Peer peer) { cut_.erase(peer); }
  void MendAll() { cut_.clear(); }
  bool IsCut(Peer peer) const { return cut_.contains(peer); }

 private:
  absl::Duration Delay();

  World& world_;
  std::set<Peer> cut_;
};

}  // namespace nepa::simulation

#endif  // NEPA_TESTS_SIMULATION_NETWORK_H_
