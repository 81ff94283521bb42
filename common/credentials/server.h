// What a server shows and asks for: its certificate, certificates of clients, tokens.
//
// Thread rule: any thread.
#ifndef NEPA_COMMON_CREDENTIALS_SERVER_H_
#define NEPA_COMMON_CREDENTIALS_SERVER_H_

#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace nepa::credentials {

// Paths; empty where there is none.
struct ServerFiles {
  std::string certificate;  // --tls-certificate; turns TLS on
  std::string key;          // --tls-key
  std::string client_ca;    // --tls-client-ca: clients must show a certificate signed by these
  std::string tokens;       // --tokens
  bool tls() const { return !certificate.empty(); }
};

// Credentials for a server. With tokens, a call of WorkerService needs one of the role worker and
// any other call one of the role user: UNAUTHENTICATED without a known one, PERMISSION_DENIED with
// the other role's. Tokens without TLS are for loopback only, and gRPC holds them to it. Files that
// change are read again. INVALID_ARGUMENT if a file is missing or they do not fit together.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ForServer(const ServerFiles& files);

}  // namespace nepa::credentials

#endif  // NEPA_COMMON_CREDENTIALS_SERVER_H_
