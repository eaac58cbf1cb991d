#include "http/client/client.h"

#include "base/log.h"
#include "http/client/exchange.h"
#include "http/post.h"
#include "http/token.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <openssl/err.h>

namespace orrery::http {
namespace {

namespace asio = boost::asio;

// Of a request that is refused before it waits.
std::optional<Error> why_invalid(const Outgoing& request, const std::optional<Url>& url) {
  if (!url) return api_error("InvalidUrl", "not an absolute http or https URL: " + request.url);
  if (!is_token(request.method)) return api_error("InvalidUrl", "not a method: " + request.method);
  return std::nullopt;
}

}  // namespace

// All of it is the thread's own, but for what send() and the destructor post to it.
struct Client::Impl {
  explicit Impl(ClientOptions given)
      : options(std::move(given)), border(options.reach, options.own_ports), guard(asio::make_work_guard(context)) {
    prepare_tls();
    thread = std::thread([this] { context.run(); });
  }

  void prepare_tls() {
    SSL_CTX* const handle = tls.native_handle();
    SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION);
    SSL_CTX_set_options(handle, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_verify(handle, SSL_VERIFY_PEER, nullptr);
    const bool loaded = options.authorities.empty()
                            ? SSL_CTX_set_default_verify_paths(handle) == 1
                            : SSL_CTX_load_verify_file(handle, options.authorities.c_str()) == 1;
    if (!loaded) log::warning("no certificate authorities: requests over https will fail", {});
    ERR_clear_error();
  }

  void take(const std::shared_ptr<Exchange>& exchange) {
    if (stopping) return exchange->end(fail(api_error("Stopped", "the server is stopping", 503)));
    if (waiting.size() >= options.waiting) {
      return exchange->end(fail(api_error("Busy", "too many requests wait to be sent", 503)));
    }
    waiting.push_back(exchange);
    begin_some();
  }

  // First come, first served; but one host that is slow does not hold up the others.
  void begin_some() {
    for (auto next = waiting.begin(); next != waiting.end() && active.size() < options.connections;) {
      const std::string host = (*next)->url().authority();
      std::size_t& busy = by_host[host];
      if (busy >= options.connections_per_host) {
        ++next;
        continue;
      }
      ++busy;
      const std::shared_ptr<Exchange> exchange = *next;
      next = waiting.erase(next);
      active.insert(exchange);
      exchange->begin([this, host, key = exchange.get()] { ended(host, key); });
    }
  }

  void ended(const std::string& host, const Exchange* exchange) {
    const auto found = by_host.find(host);
    if (--found->second == 0) by_host.erase(found);
    std::erase_if(active, [&](const auto& one) { return one.get() == exchange; });
    // Not from within the exchange that ends: what it still does comes first.
    if (!stopping) post_or_crash(context, [this] { begin_some(); });
  }

  void stop() {
    stopping = true;
    const auto over = [] { return fail(api_error("Stopped", "the server is stopping", 503)); };
    for (const auto& exchange : std::exchange(waiting, {})) exchange->end(over());
    for (const auto& exchange : std::set(active)) exchange->end(over());
    context.stop();  // whoever still waits for a name does so no longer
  }

  const ClientOptions options;
  const Border border;
  bool stopping = false;
  std::deque<std::shared_ptr<Exchange>> waiting;
  std::set<std::shared_ptr<Exchange>> active;
  std::map<std::string, std::size_t> by_host;
  asio::ssl::context tls{asio::ssl::context::tls_client};
  // Destroyed before the above: it ends suspended coroutines, which use all of it.
  asio::io_context context{1};
  asio::executor_work_guard<Executor> guard;
  std::thread thread;
};

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Client::~Client() {
  post_or_crash(impl_->context, [impl = impl_.get()] { impl->stop(); });
  impl_->thread.join();
}

void Client::send(Outgoing request, Done done) {
  auto url = parse_url(request.url);
  if (const auto why = why_invalid(request, url)) return done(fail(*why));
  auto exchange = std::make_shared<Exchange>(impl_->context, impl_->tls, impl_->border, std::move(request),
                                             *std::move(url), std::move(done));
  post_or_crash(impl_->context, [impl = impl_.get(), exchange = std::move(exchange)] { impl->take(exchange); });
}

}  // namespace orrery::http
