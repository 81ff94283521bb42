#include "common/credentials/client.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace nepa::credentials {
namespace {

namespace tls = grpc::experimental;

constexpr unsigned kReloadSeconds = 1;

class TokenOfFile : public grpc::MetadataCredentialsPlugin {
 public:
  explicit TokenOfFile(std::string path) : path_(std::move(path)) {}

  bool IsBlocking() const override { return false; }  // a small local file

  grpc::Status GetMetadata(grpc::string_ref, grpc::string_ref, const grpc::AuthContext&,
                           std::multimap<grpc::string, grpc::string>* metadata) override {
    const absl::StatusOr<std::string> token = ReadTokenFile(path_);
    if (!token.ok()) {
      return {grpc::StatusCode::UNAUTHENTICATED, std::string(token.status().message())};
    }
    metadata->emplace("authorization", absl::StrCat("Bearer ", *token));
    return grpc::Status::OK;
  }

  grpc::string DebugString() override { return absl::StrCat("token of ", path_); }

 private:
  const std::string path_;
};

std::shared_ptr<grpc::ChannelCredentials> ForTls(const ClientFiles& files) {
  tls::TlsChannelCredentialsOptions options;
  if (files.certificate.empty()) {
    options.set_certificate_provider(
        std::make_shared<tls::FileWatcherCertificateProvider>(files.ca, kReloadSeconds));
  } else {
    options.set_certificate_provider(std::make_shared<tls::FileWatcherCertificateProvider>(
        files.key, files.certificate, files.ca, kReloadSeconds));
    options.watch_identity_key_cert_pairs();
  }
  options.watch_root_certs();
  return tls::TlsCredentials(options);
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ForClient(const ClientFiles& files,
                                                                    const std::string& address) {
  NEPA_RETURN_IF_ERROR(CheckClientFiles(files, address));
  if (files.token_file.empty()) {
    return files.tls() ? ForTls(files) : grpc::InsecureChannelCredentials();
  }
  // Without TLS gRPC itself holds the channel to loopback.
  std::shared_ptr<grpc::ChannelCredentials> channel =
      files.tls() ? ForTls(files) : tls::LocalCredentials(LOCAL_TCP);
  return grpc::CompositeChannelCredentials(
      channel, tls::MetadataCredentialsFromPlugin(
                   std::make_unique<TokenOfFile>(files.token_file),
                   files.tls() ? GRPC_PRIVACY_AND_INTEGRITY : GRPC_SECURITY_NONE));
}

}  // namespace nepa::credentials
