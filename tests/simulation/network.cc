#include "tests/simulation/network.h"

#include <utility>

namespace nepa::simulation {

absl::Duration Network::Delay() {
  if (world_.chance.Happens(world_.weather.message_late)) {
    return world_.chance.Between(absl::Milliseconds(50), absl::Seconds(3));
  }
  return world_.chance.Between(absl::Microseconds(100), absl::Milliseconds(5));
}

void Network::Send(Peer peer, const Timeline::Action& arrive) {
  if (world_.chance.Happens(world_.weather.message_lost)) return;
  SendSurely(peer, arrive);
  if (world_.chance.Happens(world_.weather.message_doubled)) SendSurely(peer, arrive);
}

void Network::SendSurely(Peer peer, Timeline::Action arrive) {
  if (IsCut(peer)) return;
  world_.timeline.After(Delay(), [this, peer, arrive = std::move(arrive)] {
    if (!IsCut(peer)) arrive();
  });
}

}  // namespace nepa::simulation
