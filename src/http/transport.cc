#include "http/transport.h"

#include "base/check.h"

#include <cerrno>
#include <cstring>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace orrery::http {
namespace {

Io from_errno() {
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {Io::Status::WantRead};
  return {Io::Status::Failed};
}

// OpenSSL's own socket BIO uses write(2), which raises SIGPIPE; this one does not, and never blocks.
int bio_write(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const int fd = *static_cast<const int*>(BIO_get_data(bio));
  const auto n = ::send(fd, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(n);
}

int bio_read(BIO* bio, char* into, int size) {
  BIO_clear_retry_flags(bio);
  const int fd = *static_cast<const int*>(BIO_get_data(bio));
  const auto n = ::recv(fd, into, static_cast<std::size_t>(size), MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  return static_cast<int>(n);
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* bio_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "orrery socket");
    CHECK(made != nullptr);
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

std::string tls_error() {
  char text[256];
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  ERR_clear_error();
  return text;
}

}  // namespace

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

Result<std::shared_ptr<TlsContext>> TlsContext::load(const std::string& certificate_chain,
                                                     const std::string& private_key) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr) return fail(internal_error("TLS: " + tls_error()));
  auto owned = std::make_shared<TlsContext>(context);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_CTX_use_certificate_chain_file(context, certificate_chain.c_str()) != 1)
    return fail(
        api_error("InvalidCertificate", "cannot read certificate chain " + certificate_chain + ": " + tls_error()));
  if (SSL_CTX_use_PrivateKey_file(context, private_key.c_str(), SSL_FILETYPE_PEM) != 1)
    return fail(api_error("InvalidCertificate", "cannot read private key " + private_key + ": " + tls_error()));
  if (SSL_CTX_check_private_key(context) != 1)
    return fail(api_error("InvalidCertificate", private_key + " is not the key of " + certificate_chain));
  return owned;
}

Transport::Transport(int socket, const TlsContext* tls) : socket_(socket) {
  if (tls == nullptr) return;
  ssl_ = SSL_new(tls->get());
  CHECK(ssl_ != nullptr);
  BIO* bio = BIO_new(bio_method());
  CHECK(bio != nullptr);
  BIO_set_data(bio, &socket_);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_accept_state(ssl_);  // the first read or write shakes hands
}

Transport::~Transport() { SSL_free(ssl_); }

Io Transport::tls_result(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      return {Io::Status::WantRead};
    case SSL_ERROR_WANT_WRITE:
      return {Io::Status::WantWrite};
    case SSL_ERROR_ZERO_RETURN:
      return {Io::Status::Closed};
    default:
      ERR_clear_error();
      return {Io::Status::Failed};
  }
}

Io Transport::read(char* into, std::size_t size) {
  if (ssl_ != nullptr) {
    std::size_t n = 0;
    const int result = SSL_read_ex(ssl_, into, size, &n);
    return result == 1 ? Io{Io::Status::Done, n} : tls_result(result);
  }
  const auto n = ::recv(socket_, into, size, MSG_DONTWAIT);
  if (n > 0) return {Io::Status::Done, static_cast<std::size_t>(n)};
  return n == 0 ? Io{Io::Status::Closed} : from_errno();
}

Io Transport::write(const iovec* parts, int count) {
  if (ssl_ == nullptr) {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts);
    message.msg_iovlen = static_cast<std::size_t>(count);
    const auto n = ::sendmsg(socket_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0) return {Io::Status::Done, static_cast<std::size_t>(n)};
    const Io failed = from_errno();
    return failed.status == Io::Status::WantRead ? Io{Io::Status::WantWrite} : failed;
  }
  // Head and small body go into one record. A retry gathers the same bytes again, as OpenSSL asks.
  char gathered[4096];
  const void* bytes = parts[0].iov_base;
  std::size_t size = parts[0].iov_len;
  if (count > 1 && size < sizeof gathered) {
    size = 0;
    for (int i = 0; i < count && size < sizeof gathered; ++i) {
      const std::size_t n = std::min(parts[i].iov_len, sizeof gathered - size);
      std::memcpy(gathered + size, parts[i].iov_base, n);
      size += n;
    }
    bytes = gathered;
  }
  std::size_t n = 0;
  const int result = SSL_write_ex(ssl_, bytes, size, &n);
  return result == 1 ? Io{Io::Status::Done, n} : tls_result(result);
}

bool Transport::pending() const { return ssl_ != nullptr && SSL_has_pending(ssl_) == 1; }

void Transport::finish() {
  if (ssl_ != nullptr && SSL_is_init_finished(ssl_)) {
    SSL_shutdown(ssl_);
    ERR_clear_error();
  }
  ::shutdown(socket_, SHUT_WR);
}

bool Transport::peer_closed() const {
  char byte;
  const auto n = ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

}  // namespace orrery::http
