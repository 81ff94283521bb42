// Why no connection comes about, where gRPC only says that none does: one handshake by OpenSSL,
// which knows the reason.
//
// Thread rule: any thread; blocks for two seconds at most.
#ifndef NEPA_COMMON_CREDENTIALS_DIAGNOSE_H_
#define NEPA_COMMON_CREDENTIALS_DIAGNOSE_H_

#include <string>

#include "common/credentials/client_files.h"

namespace nepa::credentials {

// What keeps a client with `files` from the coordinator at `address`, and the cure; empty where it
// is not about TLS, as when nobody listens there.
std::string Diagnose(const ClientFiles& files, const std::string& address);

// Why no connection to a coordinator at `address` comes about where Diagnose() finds nothing: a
// name that is not known, nobody who listens, or something else that does.
std::string WhyNoConnection(const std::string& address);

}  // namespace nepa::credentials

#endif  // NEPA_COMMON_CREDENTIALS_DIAGNOSE_H_
