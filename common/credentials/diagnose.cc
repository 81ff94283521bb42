#include "common/credentials/diagnose.h"

#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/flags/address.h"
#include "common/io/unique_fd.h"

namespace nepa::credentials {
namespace {

template <auto Free>
struct Freeing {
  void operator()(auto* thing) const { Free(thing); }
};

// `error`: 0, or the errno of why there is none; ENOENT where the host has no address.
io::UniqueFd Connect(const flags::HostPort& address, int* error) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  *error = ENOENT;
  if (::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found) !=
      0) {
    return {};
  }
  const std::unique_ptr<addrinfo, Freeing<&::freeaddrinfo>> owned(found);
  const timeval patience{0, 600'000};  // SO_SNDTIMEO bounds connect() too
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    io::UniqueFd fd(::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol));
    if (!fd.valid()) continue;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    *error = ::connect(fd.get(), one->ai_addr, one->ai_addrlen) == 0 ? 0 : errno;
    if (*error == 0) return fd;
  }
  return {};
}

std::string NotAfter(X509* certificate) {
  const std::unique_ptr<BIO, Freeing<&::BIO_free_all>> text(::BIO_new(BIO_s_mem()));
  if (certificate == nullptr ||
      ::ASN1_TIME_print(text.get(), X509_get0_notAfter(certificate)) != 1) {
    return "a day past";
  }
  char* data = nullptr;
  const auto size = BIO_get_mem_data(text.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string WhyNotVerified(int64_t result, SSL* ssl, const ClientFiles& files,
                           const std::string& host) {
  switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return absl::StrCat("the coordinator's certificate expired on ",
                          *static_cast<std::string*>(SSL_get_app_data(ssl)),
                          ": put a new one into the file of its --tls-certificate, no restart is "
                          "needed");
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return absl::StrCat("the coordinator's certificate is not for ", host,
                          ": name the coordinator as its certificate does, or make one with ", host,
                          " as a subjectAltName");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return absl::StrCat("the coordinator's certificate is not signed by an authority of ",
                          files.ca, ": give --tls-ca the file of the authority that signed it");
    default:
      return absl::StrCat("the coordinator's certificate was refused: ",
                          X509_verify_cert_error_string(result));
  }
}

// After a handshake that went well on this side: TLS 1.3 tells only now that the server wants a
// client's certificate.
std::string WhyRefused(const ClientFiles& files) {
  if (files.certificate.empty()) {
    return "the coordinator asks for a client's certificate: give --tls-certificate and --tls-key";
  }
  return absl::StrCat("the coordinator refuses the certificate ", files.certificate,
                      ": it has expired or was signed by none of its --tls-client-ca");
}

// Keeps when the first certificate that was refused ends; a refused one is gone after the
// handshake.
int KeepEnd(int good, X509_STORE_CTX* store) {
  auto* ssl = static_cast<SSL*>(
      ::X509_STORE_CTX_get_ex_data(store, ::SSL_get_ex_data_X509_STORE_CTX_idx()));
  if (auto* end = static_cast<std::string*>(SSL_get_app_data(ssl)); good == 0 && end->empty()) {
    *end = NotAfter(::X509_STORE_CTX_get_current_cert(store));
  }
  return good;
}

bool IsAlert() {
  const int reason = ERR_GET_REASON(::ERR_peek_last_error());
  return reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256;
}

}  // namespace

std::string Diagnose(const ClientFiles& files, const std::string& address) {
  const absl::StatusOr<flags::HostPort> target = flags::ParseHostPort(address);
  if (!target.ok()) return "";
  int error = 0;
  const io::UniqueFd fd = Connect(*target, &error);
  if (!fd.valid()) return "";
  const std::unique_ptr<SSL_CTX, Freeing<&::SSL_CTX_free>> context(
      ::SSL_CTX_new(TLS_client_method()));
  if (files.tls()) {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, &KeepEnd);
    ::SSL_CTX_load_verify_locations(context.get(), files.ca.c_str(), nullptr);
    if (!files.certificate.empty()) {
      ::SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str());
      ::SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM);
    }
  }
  const unsigned char http2[] = {2, 'h', '2'};
  ::SSL_CTX_set_alpn_protos(context.get(), http2, sizeof(http2));
  const std::unique_ptr<SSL, Freeing<&::SSL_free>> ssl(::SSL_new(context.get()));
  std::string end;
  SSL_set_app_data(ssl.get(), &end);
  X509_VERIFY_PARAM* const expected = ::SSL_get0_param(ssl.get());
  if (files.tls() && ::X509_VERIFY_PARAM_set1_ip_asc(expected, target->host.c_str()) != 1) {
    ::X509_VERIFY_PARAM_set1_host(expected, target->host.c_str(), 0);
    SSL_set_tlsext_host_name(ssl.get(), target->host.c_str());
  }
  ::SSL_set_fd(ssl.get(), fd.get());
  ::ERR_clear_error();
  const bool shaken = ::SSL_connect(ssl.get()) == 1;
  if (!files.tls()) {
    return shaken || IsAlert() ? "the coordinator speaks TLS: give --tls-ca FILE, the authority "
                                 "that signed its certificate"
                               : "";
  }
  if (shaken) {
    // A server that lets us in speaks first (HTTP/2 settings); one that only is slow is no door.
    char byte = 0;
    errno = 0;
    const bool closed = ::SSL_read(ssl.get(), &byte, 1) <= 0 && errno != EAGAIN;
    return closed ? WhyRefused(files) : "";
  }
  const auto result = ::SSL_get_verify_result(ssl.get());
  if (result != X509_V_OK) return WhyNotVerified(result, ssl.get(), files, target->host);
  if (IsAlert()) return WhyRefused(files);
  return "the coordinator does not speak TLS: leave out --tls-ca, or start it with "
         "--tls-certificate and --tls-key";
}

std::string WhyNoConnection(const std::string& address) {
  const absl::StatusOr<flags::HostPort> target = flags::ParseHostPort(address);
  if (!target.ok()) return std::string(target.status().message());
  int error = 0;
  const io::UniqueFd fd = Connect(*target, &error);
  switch (error) {
    case 0:
      return "what listens there is no coordinator; its own port is that of --listen, not that of "
             "--http";
    case ENOENT:
      return absl::StrCat("the name ", target->host, " has no address; is it spelt right?");
    case ECONNREFUSED:
      return "nobody listens there";
    case EAGAIN:
    case EINPROGRESS:
    case ETIMEDOUT:
      return "no answer; is that machine up, and does no firewall stand between?";
    default:
      return std::strerror(error);
  }
}

}  // namespace nepa::credentials
