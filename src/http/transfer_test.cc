// Large bodies in constant memory, many connections, and TLS.
#include "http/server.h"
#include "http/test_client.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <sys/resource.h>

namespace orrery::http {
namespace {

constexpr std::size_t kLarge = 64 * 1024 * 1024;

char byte_at(std::size_t i) { return static_cast<char>(i * 31 + (i >> 13)); }

class Generated final : public BodySource {
 public:
  Generated(std::size_t size, bool sized) : size_(size), sized_(sized) {}
  std::optional<std::uint64_t> length() const override {
    return sized_ ? std::optional<std::uint64_t>(size_) : std::nullopt;
  }
  Result<std::string_view> next() override {
    piece_.resize(std::min<std::size_t>(100'000, size_ - at_));
    for (char& c : piece_) c = byte_at(at_++);
    return std::string_view(piece_);
  }

 private:
  std::size_t size_, at_ = 0;
  bool sized_;
  std::string piece_;
};

// PUT: counts bytes that are as byte_at says. GET /sized, /chunked: kLarge bytes.
awaitable<Response> transfer(Request& request) {
  if (request.method == "GET") {
    Response response;
    response.stream = std::make_unique<Generated>(kLarge, request.path == "/sized");
    co_return response;
  }
  std::size_t good = 0;
  std::size_t at = 0;
  for (;;) {
    const Result<std::string_view> piece = co_await request.body.read();
    if (!piece) co_return Response::text(400, piece.error().code);
    if (piece->empty()) break;
    for (const char c : *piece) good += c == byte_at(at++) ? 1 : 0;
  }
  co_return Response::text(200, std::to_string(good));
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * 4096;
}

struct Folder {
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "orrery-http-XXXXXX";
    if (::mkdtemp(name.data()) != nullptr) path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

// A self-signed certificate and its key, as PEM files.
TlsFiles make_certificate(const std::filesystem::path& folder) {
  TlsFiles files{folder / "cert.pem", folder / "key.pem"};
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  FILE* out = fopen(files.certificate_chain.c_str(), "w");
  PEM_write_X509(out, certificate);
  fclose(out);
  out = fopen(files.private_key.c_str(), "w");
  PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  fclose(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return files;
}

TEST(Transfer, StreamsUploadsInBoundedMemory) {
  Server server(Options{}, transfer);
  ASSERT_TRUE(server.start().ok());
  const std::size_t before = resident_bytes();
  for (const bool chunked : {false, true}) {
    TestClient client(server.port());
    client.send(chunked ? "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                        : "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(kLarge) + "\r\n\r\n");
    std::string piece;
    std::size_t size = 1;
    for (std::size_t at = 0; at < kLarge; size = std::min<std::size_t>(size * 3 + 1, 1'000'000)) {
      piece.resize(std::min(size, kLarge - at));
      for (char& c : piece) c = byte_at(at++);
      if (chunked) client.send((std::stringstream() << std::hex << piece.size() << "\r\n").str());
      ASSERT_TRUE(client.send(piece));
      if (chunked) client.send("\r\n");
    }
    if (chunked) client.send("0\r\n\r\n");
    EXPECT_EQ(client.reply().body, std::to_string(kLarge));
    EXPECT_EQ(client.ask("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n" + std::string(1, byte_at(0))).body,
              "1");
  }
  EXPECT_LT(resident_bytes(), before + 16 * 1024 * 1024);
}

TEST(Transfer, StreamsDownloadsInBoundedMemory) {
  Server server(Options{}, transfer);
  ASSERT_TRUE(server.start().ok());
  {
    TestClient client(server.port());
    EXPECT_EQ(client.ask("GET /chunked HTTP/1.1\r\nHost: x\r\n\r\n").body.size(), kLarge);
  }
  const std::size_t before = resident_bytes();
  TestClient client(server.port());
  client.send("GET /sized HTTP/1.1\r\nHost: x\r\n\r\n");
  while (client.buffer.find("\r\n\r\n") == std::string::npos) ASSERT_TRUE(client.fill());
  client.buffer.erase(0, client.buffer.find("\r\n\r\n") + 4);
  std::size_t at = 0;
  bool same = true;
  for (;;) {
    for (const char c : client.buffer) same = same && c == byte_at(at++);
    client.buffer.clear();
    if (at == kLarge) break;
    ASSERT_TRUE(client.fill());
  }
  EXPECT_TRUE(same);
  EXPECT_LT(resident_bytes(), before + 16 * 1024 * 1024);
}

TEST(Transfer, HoldsManyIdleConnectionsCheaply) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  const std::size_t count = std::min<std::size_t>(2'000, static_cast<std::size_t>(files.rlim_cur) / 2 - 100);
  Server server(Options{.threads = 2}, transfer);
  ASSERT_TRUE(server.start().ok());
  const std::size_t before = resident_bytes();
  std::vector<TestClient> clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.emplace_back(server.port());
    ASSERT_TRUE(clients.back().connected);
  }
  for (int i = 0; i < 500 && server.connections() < count; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(server.connections(), count);
  EXPECT_LT(resident_bytes(), before + count * 8 * 1024);
  EXPECT_EQ(clients.back().ask("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").body, "0");
  server.stop(2'000);
  EXPECT_EQ(server.connections(), 0U);
}

class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port) : socket_(port), context_(SSL_CTX_new(TLS_client_method())) {
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, socket_.fd());
    connected = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  bool send(std::string_view bytes) { return SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) > 0; }
  // All that comes until it ends with `ending` or is `size` long.
  std::string receive(std::string_view ending, std::size_t size = std::string::npos) {
    std::string all;
    char chunk[16384];
    while (!all.ends_with(ending) || (size != std::string::npos && all.size() < size)) {
      const int n = SSL_read(ssl_, chunk, sizeof chunk);
      if (n <= 0) break;
      all.append(chunk, static_cast<std::size_t>(n));
    }
    return all;
  }
  bool connected = false;

 private:
  TestClient socket_;
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
};

TEST(Transfer, SpeaksTls) {
  const Folder folder;
  Server server(Options{.threads = 2, .limits = {.header_timeout_ms = 300}, .tls = make_certificate(folder.path)},
                transfer);
  const auto started = server.start();
  ASSERT_TRUE(started.ok()) << started.error().message;
  TestClient silent(server.port());  // begins a handshake and never ends it
  silent.send("\x16\x03\x01");
  TlsClient client(server.port());
  ASSERT_TRUE(client.connected);
  for (int i = 0; i < 3; ++i) {
    client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n" + std::string(1, byte_at(0)));
    EXPECT_TRUE(client.receive("\r\n\r\n1").starts_with("HTTP/1.1 200 OK\r\n"));
  }
  std::string upload(3'000'000, '\0');
  for (std::size_t i = 0; i < upload.size(); ++i) upload[i] = byte_at(i);
  client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n");
  client.send(upload);
  EXPECT_TRUE(client.receive("\r\n\r\n3000000").ends_with("\r\n\r\n3000000"));
  client.send("GET /sized HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_GT(client.receive("", kLarge).size(), kLarge);
  TestClient plain(server.port());
  EXPECT_EQ(plain.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status, 0);
  EXPECT_TRUE(silent.at_end());
}

TEST(Transfer, SaysWhatIsWrongWithACertificate) {
  const Folder folder;
  TlsFiles files = make_certificate(folder.path);
  files.private_key = folder.path / "none.pem";
  Server server(Options{.tls = files}, transfer);
  const auto started = server.start();
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().code, "InvalidCertificate");
}

}  // namespace
}  // namespace orrery::http
