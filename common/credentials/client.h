// What a client shows and trusts, for gRPC.
//
// Thread rule: any thread.
#ifndef NEPA_COMMON_CREDENTIALS_CLIENT_H_
#define NEPA_COMMON_CREDENTIALS_CLIENT_H_

#include <grpcpp/security/credentials.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/credentials/client_files.h"

namespace nepa::credentials {

// For a channel to `address`. Files that change are read again: the token at every call,
// certificates within seconds. Errors of CheckClientFiles.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ForClient(const ClientFiles& files,
                                                                    const std::string& address);

}  // namespace nepa::credentials

#endif  // NEPA_COMMON_CREDENTIALS_CLIENT_H_
