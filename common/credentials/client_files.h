// Which files a client shows and trusts when it calls the coordinator. Knows no gRPC.
//
// Thread rule: any thread.
#ifndef NEPA_COMMON_CREDENTIALS_CLIENT_FILES_H_
#define NEPA_COMMON_CREDENTIALS_CLIENT_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace nepa::credentials {

// Paths; empty where there is none.
struct ClientFiles {
  std::string ca;           // --tls-ca: who signs the coordinator's certificate; turns TLS on
  std::string certificate;  // --tls-certificate: for a coordinator that asks for one
  std::string key;          // --tls-key
  std::string token_file;   // --token-file
  bool tls() const { return !ca.empty(); }
};

// INVALID_ARGUMENT unless the files are there, fit together, and may be used for `address`
// (HOST:PORT): a token travels to another machine by TLS only.
absl::Status CheckClientFiles(const ClientFiles& files, const std::string& address);

// The token that a file holds: one line. INVALID_ARGUMENT if it is none, or if others may read it.
absl::StatusOr<std::string> ReadTokenFile(const std::string& path);

// What a secret's file must be: readable by its owner alone. INVALID_ARGUMENT says chmod 600.
absl::Status CheckPrivate(const std::string& path);

}  // namespace nepa::credentials

#endif  // NEPA_COMMON_CREDENTIALS_CLIENT_FILES_H_
