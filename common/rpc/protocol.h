// Which versions of our programs understand each other (docs/adr/0016-protocol-number.md).
//
// The wire protocol has a number. It grows when a program of the number before would misunderstand
// what is said; new fields and new calls do not count. Numbers travel in the metadata of the first
// call of a connection, so that no message has to be understood for them: a worker shows its own
// with Register, a coordinator answers GetVersion with its own.
//
// The coordinator is updated first: it serves clients from its oldest number to its newest, and a
// client newer than the coordinator is turned away, since only that one could know what changed.
//
// Pure; any thread.
#ifndef NEPA_COMMON_RPC_PROTOCOL_H_
#define NEPA_COMMON_RPC_PROTOCOL_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace nepa::rpc {

inline constexpr char kProtocolKey[] = "nepa-protocol";  // of the metadata

// What a program speaks.
struct Protocol {
  int64_t newest = 1;
  int64_t oldest = 1;   // that a coordinator serves
  std::string version;  // of the program, for messages; "" where it is not known
};

// Of this program.
Protocol OurProtocol();

// "3 2 0.4.0" and back. What says nothing, or nothing that can be read, speaks protocol 1, as all
// did before there were numbers.
std::string Encode(const Protocol& protocol);
Protocol DecodeProtocol(absl::string_view text);

// FAILED_PRECONDITION if `client` and `coordinator` do not understand each other: which of them is
// older, and what to update. `who` tells the client ("nepactl", "worker alpha"), `program` is its
// program, and `where` tells the coordinator ("the coordinator at 127.0.0.1:7443").
absl::Status CheckProtocol(absl::string_view who, absl::string_view program, const Protocol& client,
                           absl::string_view where, const Protocol& coordinator);

}  // namespace nepa::rpc

#endif  // NEPA_COMMON_RPC_PROTOCOL_H_
