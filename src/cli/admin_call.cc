#include "cli/admin_call.h"

#include "cli/http_call.h"
#include "wire/sigv4_sign.h"

namespace orrery::cli {
namespace {

std::string value_of(const Environment& environment, std::string_view name, std::string_view fallback) {
  const auto found = environment.find(name);
  return found == environment.end() || found->second.empty() ? std::string(fallback) : found->second;
}

}  // namespace

std::string default_url(const Environment& environment) {
  return value_of(environment, "ORRERY_URL", value_of(environment, "AWS_ENDPOINT_URL", "http://127.0.0.1:4566"));
}

Result<json::value> admin_call(const Surroundings& given, const std::string& url, std::string_view method,
                               std::string_view path, std::string_view body) {
  const std::string host = authority_of(url);
  const std::string key = value_of(given.environment, "AWS_ACCESS_KEY_ID", "test");
  const std::string secret = value_of(given.environment, "AWS_SECRET_ACCESS_KEY", "test");
  // As the SDKs do: a token belongs to the key beside it.
  const bool own_key = given.environment.contains("AWS_ACCESS_KEY_ID");
  const std::string token = own_key ? value_of(given.environment, "AWS_SESSION_TOKEN", "") : "";
  const std::pair<std::string_view, std::string_view> headers[] = {{"host", host}};
  const auto mark = path.find('?');
  const std::string_view query = mark == std::string_view::npos ? std::string_view() : path.substr(mark + 1);
  const wire::SignedRequest request{method, path.substr(0, mark), query, headers, wire::ErrorStyle::Query};
  const wire::SigningIdentity identity{key, secret, token, "us-east-1", "orrery"};
  const auto signature = wire::sign_request(request, identity, hex(view(sha256(body))), given.clock.machine_now());
  const HttpReply sent = TRY(http_call(url, method, path, signature, body));
  auto reply = parse_json(sent.body);
  if (reply && sent.status == 200) return reply;
  const std::string said = reply ? std::string(find_string(*reply, "message").value_or("")) : sent.body;
  return fail(internal_error("the server answered " + std::to_string(sent.status) + ": " + said));
}

}  // namespace orrery::cli
