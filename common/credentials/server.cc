#include "common/credentials/server.h"

#include <grpcpp/security/auth_metadata_processor.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/ssl.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/status.h"
#include "common/credentials/client_files.h"
#include "common/credentials/tokens.h"

namespace nepa::credentials {
namespace {

namespace tls = grpc::experimental;

constexpr unsigned kReloadSeconds = 1;
constexpr char kWorkerService[] = "/nepa.v1.WorkerService/";

class TokenDoor : public grpc::AuthMetadataProcessor {
 public:
  explicit TokenDoor(std::unique_ptr<Tokens> tokens) : tokens_(std::move(tokens)) {}

  bool IsBlocking() const override { return false; }  // at most a small local file

  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext*, OutputMetadata* consumed,
                       OutputMetadata*) override {
    const auto shown = metadata.find("authorization");
    const auto path = metadata.find(":path");
    if (shown == metadata.end()) {
      return {grpc::StatusCode::UNAUTHENTICATED,
              "the coordinator asks for a token and none was sent: give --token-file FILE (or "
              "NEPA_TOKEN_FILE, or a line token-file: in the configuration file)"};
    }
    absl::string_view token(shown->second.data(), shown->second.size());
    std::optional<Role> role;
    if (absl::ConsumePrefix(&token, "Bearer ")) role = tokens_->RoleOf(token);
    consumed->emplace("authorization", std::string(shown->second.data(), shown->second.size()));
    if (!role.has_value()) {
      return {grpc::StatusCode::UNAUTHENTICATED,
              "the coordinator does not know this token: it was mistyped or replaced; put a valid "
              "one into the file that --token-file names"};
    }
    const bool is_worker = role.value_or(Role::kUser) == Role::kWorker;
    const bool for_workers =
        path != metadata.end() &&
        absl::StartsWith(absl::string_view(path->second.data(), path->second.size()),
                         kWorkerService);
    if (for_workers == is_worker) return grpc::Status::OK;
    return {grpc::StatusCode::PERMISSION_DENIED,
            for_workers ? "this is a user's token, and a worker needs one of the role worker: name "
                          "another file with --token-file"
                        : "this is a worker's token, and people need one of the role user: name "
                          "another file with --token-file"};
  }

 private:
  const std::unique_ptr<Tokens> tokens_;
};

// gRPC would only fail handshakes later.
absl::Status CheckPair(const ServerFiles& files) {
  NEPA_RETURN_IF_ERROR(CheckPrivate(files.key));
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(::SSL_CTX_new(TLS_method()),
                                                                  &::SSL_CTX_free);
  if (::SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
    return absl::InvalidArgumentError(absl::StrCat("--tls-certificate ", files.certificate,
                                                   ": no certificate in PEM can be read from it"));
  }
  if (::SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("--tls-key ", files.key, ": it holds no private key in PEM that belongs to ",
                     files.certificate));
  }
  if (!files.client_ca.empty() &&
      ::SSL_CTX_load_verify_locations(context.get(), files.client_ca.c_str(), nullptr) != 1) {
    return absl::InvalidArgumentError(absl::StrCat("--tls-client-ca ", files.client_ca,
                                                   ": no certificate in PEM can be read from it"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ForTls(const ServerFiles& files) {
  NEPA_RETURN_IF_ERROR(CheckPair(files));
  std::shared_ptr<tls::CertificateProviderInterface> provider;
  if (files.client_ca.empty()) {
    provider = std::make_shared<tls::FileWatcherCertificateProvider>(files.key, files.certificate,
                                                                     kReloadSeconds);
  } else {
    provider = std::make_shared<tls::FileWatcherCertificateProvider>(
        files.key, files.certificate, files.client_ca, kReloadSeconds);
  }
  tls::TlsServerCredentialsOptions options(provider);
  options.watch_identity_key_cert_pairs();
  if (!files.client_ca.empty()) {
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return tls::TlsServerCredentials(options);
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ForServer(const ServerFiles& files) {
  if (files.certificate.empty() != files.key.empty()) {
    return absl::InvalidArgumentError(
        "--tls-certificate and --tls-key belong together: give both or none");
  }
  if (!files.client_ca.empty() && !files.tls()) {
    return absl::InvalidArgumentError("--tls-client-ca needs --tls-certificate and --tls-key");
  }
  std::shared_ptr<grpc::ServerCredentials> credentials;
  if (files.tls()) {
    NEPA_ASSIGN_OR_RETURN(credentials, ForTls(files));
  } else if (files.tokens.empty()) {
    return grpc::InsecureServerCredentials();
  } else {
    credentials = tls::LocalServerCredentials(LOCAL_TCP);
  }
  if (files.tokens.empty()) return credentials;
  absl::StatusOr<std::unique_ptr<Tokens>> tokens = Tokens::Open(files.tokens);
  if (!tokens.ok()) return Annotate(tokens.status(), "--tokens");
  credentials->SetAuthMetadataProcessor(std::make_shared<TokenDoor>(*std::move(tokens)));
  return credentials;
}

}  // namespace nepa::credentials
