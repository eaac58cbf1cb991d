#include "server/function_urls.h"

#include "gateway/outgoing.h"
#include "gateway/parked.h"

#include <algorithm>

namespace orrery::server {
namespace {

constexpr std::string_view kHostMark = ".lambda-url.";
constexpr std::string_view kPathMark = "/_lambda-url/";
constexpr std::size_t kMostBytes = 6'291'456;

// Which URL is meant, and the path behind it.
struct Named {
  std::string_view id, path;
};
Named name_of(const http::Request& request) {
  const std::string_view host = request.headers.get("host");
  if (const auto mark = host.find(kHostMark); mark != std::string_view::npos) {
    return {host.substr(0, mark), request.path};
  }
  const std::string_view rest = request.path.substr(kPathMark.size());
  const auto slash = rest.find('/');
  return {rest.substr(0, slash), slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash)};
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

lambda::UrlRequest read_head(const http::Request& request, std::string_view path) {
  lambda::UrlRequest out;
  out.method = request.method;
  out.path = path;
  out.query = request.query;
  for (const http::Header& header : request.headers) out.headers.emplace_back(lower(header.name), header.value);
  out.source_ip = request.remote.ip;
  out.protocol = "HTTP/1." + std::to_string(request.minor_version);
  out.secure = request.tls;
  const std::string_view host = request.headers.get("host");
  if (const auto colon = host.rfind(':'); colon != std::string_view::npos) out.port = host.substr(colon + 1);
  out.trace_id = request.headers.get("x-amzn-trace-id");
  return out;
}

// The server's own, and those that frame a message (RFC 9110 section 7.6.1).
bool is_own(std::string_view name) {
  constexpr std::string_view kOwn[] = {"content-length", "transfer-encoding", "connection", "keep-alive", "date"};
  return std::ranges::find(kOwn, lower(name)) != std::end(kOwn);
}

http::Response to_response(lambda::ServedUrl served, const std::string& request_id) {
  http::Response response;
  response.status = served.reply.status;
  for (const auto& [name, value] : served.reply.headers) {
    if (!is_own(name)) response.headers.add(name, value);
  }
  response.headers.set("x-amzn-RequestId", request_id);
  response.body = std::move(served.reply.body);
  if (served.stream) response.stream = std::make_unique<gateway::Outgoing>(std::move(served.stream));
  return response;
}

lambda::UrlReply forbidden() {
  lambda::UrlReply reply = lambda::url_refusal(403,
                                               "Forbidden. For troubleshooting Function URL authorization issues, see: "
                                               "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html");
  reply.headers.emplace_back("x-amzn-ErrorType", "AccessDeniedException");
  return reply;
}

}  // namespace

bool FunctionUrls::owns(const http::Request& request) {
  return request.path.starts_with(kPathMark) || request.headers.get("host").find(kHostMark) != std::string_view::npos;
}

// Who asks, and whether policies let them: lambda:InvokeFunctionUrl, with the URL's AuthType as a condition key
// (docs.aws.amazon.com/lambda/latest/dg/urls-auth.html).
Result<> FunctionUrls::admit(http::Request& request, const lambda::FunctionUrl& url, lambda::UrlRequest& asked) const {
  auth::Principal nobody;
  gateway::Signer caller;
  if (url.auth_type == "AWS_IAM") {
    caller = TRY(pipeline.authenticate(request, asked.body, "lambda"));
    const auth::Principal& who = *caller.credential->principal;
    asked.access_key = caller.access_key;
    asked.account = who.account;
    asked.user_arn = who.arn;
    asked.user_id = who.user_id;
  }
  Call call;
  call.principal = caller.credential ? caller.credential->principal.get() : &nobody;
  call.credential = caller.credential.get();
  call.account = url.name.account;
  call.region = url.name.region;
  call.now = asked.now;
  call.source_ip = asked.source_ip;
  call.secure = asked.secure;
  call.request_id = asked.request_id;
  return pipeline.authorizer().check(
      *store.snapshot(), call,
      {"lambda:InvokeFunctionUrl", url.name.qualified_arn(), {{"lambda:FunctionUrlAuthType", url.auth_type}}});
}

http::awaitable<http::Response> FunctionUrls::answer(http::Request& request) const {
  const Named named = name_of(request);
  lambda::UrlRequest asked = read_head(request, named.path);
  asked.request_id = random.uuid();
  asked.now = clock.now();
  const std::string request_id = asked.request_id;
  const auto url = lambda::find_function_url(*store.snapshot(), named.id);
  if (!url || !*url) co_return to_response({lambda::url_refusal(403, "Forbidden"), {}}, request_id);
  if (auto answered = lambda::preflight(**url, asked)) {
    co_return to_response({*std::move(answered), {}}, request_id);
  }
  const auto body = co_await request.body.read_all(kMostBytes);
  if (!body) {
    const bool large = body.error().code == "EntityTooLarge";
    co_return to_response({lambda::url_refusal(large ? 413 : 400, large ? "Request Too Long" : "Bad Request"), {}},
                          request_id);
  }
  asked.body = *body;
  if (const Result<> admitted = admit(request, **url, asked); !admitted) {
    co_return to_response({forbidden(), {}}, request_id);
  }
  auto served = co_await gateway::parked<std::shared_ptr<lambda::ServedUrl>>(
      [&](const std::function<void(std::shared_ptr<lambda::ServedUrl>)>& done) {
        lambda::serve_url(lambda, **url, std::move(asked), [done](lambda::ServedUrl answer) {
          done(std::make_shared<lambda::ServedUrl>(std::move(answer)));
        });
      });
  co_return to_response(std::move(*served), request_id);
}

}  // namespace orrery::server
