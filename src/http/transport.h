// Bytes over a non-blocking socket, plain or TLS: the same calls, so that there is one code path above.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <memory>
#include <string>

#include <sys/uio.h>

struct ssl_st;
struct ssl_ctx_st;

namespace orrery::http {

// A server's certificate and key.
class TlsContext {
 public:
  // Error "InvalidCertificate".
  static Result<std::shared_ptr<TlsContext>> load(const std::string& certificate_chain, const std::string& private_key);
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext();
  ssl_ctx_st* get() const { return context_; }

 private:
  ssl_ctx_st* context_;
};

struct Io {
  enum class Status : unsigned char { Done, WantRead, WantWrite, Closed, Failed } status;
  std::size_t bytes = 0;  // Status::Done: at least 1
};

class Transport {
 public:
  // `socket` stays the caller's. `tls` may be null.
  Transport(int socket, const TlsContext* tls);
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  ~Transport();

  bool tls() const { return ssl_ != nullptr; }
  Io read(char* into, std::size_t size);
  // After WantRead/WantWrite the same bytes must be offered again (more may follow them).
  Io write(const iovec* parts, int count);
  // Bytes may be had without the socket becoming readable.
  bool pending() const;
  // Says that no more will be written.
  void finish();
  // The peer has closed its side, and nothing unread lies before that.
  bool peer_closed() const;

 private:
  Io tls_result(int result);

  int socket_;
  ssl_st* ssl_ = nullptr;
};

}  // namespace orrery::http
