#include "base/json.h"
#include "cli/commands.h"
#include "cli/http_call.h"
#include "cli/nearest.h"
#include "wire/sigv4_sign.h"

#include <cstdio>

namespace orrery::cli {
namespace {

constexpr std::string_view kVerbs[] = {"show", "freeze", "run", "set", "advance"};

std::string value_of(const Environment& environment, std::string_view name, std::string_view fallback) {
  const auto found = environment.find(name);
  return found == environment.end() || found->second.empty() ? std::string(fallback) : found->second;
}

std::string default_url(const Environment& environment) {
  return value_of(environment, "ORRERY_URL", value_of(environment, "AWS_ENDPOINT_URL", "http://127.0.0.1:4566"));
}

struct Wish {
  std::string method, path, body;
};

Result<Wish> wish_of(std::span<const std::string> words) {
  const std::string verb = words.empty() ? "show" : words[0];
  const std::string argument = words.size() > 1 ? words[1] : "";
  if (words.size() > 2) return fail(api_error("Usage", "too many words behind `orrery clock " + verb + "`"));
  if (verb == "show") return Wish{"GET", "/_orrery/clock", ""};
  if (verb == "run") return Wish{"PUT", "/_orrery/clock", R"({"mode":"running"})"};
  json::object body;
  if (verb == "freeze" || verb == "set") {
    if (verb == "set" && argument.empty())
      return fail(api_error("Usage", "`orrery clock set` needs a time (ISO 8601)"));
    body["mode"] = verb == "set" ? "offset" : "frozen";
    if (!argument.empty()) body["now"] = argument;
    return Wish{"PUT", "/_orrery/clock", json::serialize(body)};
  }
  if (verb == "advance") {
    if (argument.empty()) return fail(api_error("Usage", "`orrery clock advance` needs a duration: 90s, 24h, 7d"));
    body["duration"] = argument;
    return Wish{"POST", "/_orrery/clock/advance", json::serialize(body)};
  }
  return fail(api_error(
      "Usage", "unknown word " + verb + "; did you mean orrery clock " + std::string(nearest(verb, kVerbs)) + "?"));
}

Result<HttpReply> send(const Surroundings& given, const std::string& url, const Wish& wish) {
  const std::string host = authority_of(url);
  const std::string key = value_of(given.environment, "AWS_ACCESS_KEY_ID", "test");
  const std::string secret = value_of(given.environment, "AWS_SECRET_ACCESS_KEY", "test");
  // As the SDKs do: a token belongs to the key beside it.
  const bool own_key = given.environment.contains("AWS_ACCESS_KEY_ID");
  const std::string token = own_key ? value_of(given.environment, "AWS_SESSION_TOKEN", "") : "";
  const std::pair<std::string_view, std::string_view> headers[] = {{"host", host}};
  const wire::SignedRequest request{wish.method, wish.path, "", headers, wire::ErrorStyle::Query};
  const wire::SigningIdentity identity{key, secret, token, "us-east-1", "orrery"};
  const auto signature = wire::sign_request(request, identity, hex(view(sha256(wish.body))), given.clock.machine_now());
  return http_call(url, wish.method, wish.path, signature, wish.body);
}

void print_ran(const json::value& reply) {
  const json::value* ran = find(reply, "ran");
  if (ran == nullptr || !ran->is_array()) return;
  for (const auto& one : ran->get_array()) {
    const auto text = [&](std::string_view name) { return std::string(find_string(one, name).value_or("")); };
    const std::string what = text("summary").empty() ? text("kind") + " " + text("id") : text("summary");
    std::printf("%s  %-6s  %s\n", text("at").c_str(), find_bool(one, "ok").value_or(true) ? "ok" : "failed",
                what.c_str());
  }
}

}  // namespace

int clock_command(const Surroundings& given) {
  std::vector<std::string> words;
  std::string url = default_url(given.environment);
  for (std::size_t i = 0; i < given.arguments.size(); ++i) {
    const std::string& word = given.arguments[i];
    if (word.starts_with("--url=")) {
      url = word.substr(6);
    } else if (word == "--url" && i + 1 < given.arguments.size()) {
      url = given.arguments[++i];
    } else if (word.starts_with("--")) {
      return complain(api_error("Usage", "unknown flag " + word + "; did you mean --url?"));
    } else {
      words.push_back(word);
    }
  }
  const auto wish = wish_of(words);
  if (!wish) return complain(wish.error());
  const auto sent = send(given, url, *wish);
  if (!sent) return complain(sent.error());
  const auto reply = parse_json(sent->body);
  if (!reply || sent->status != 200) {
    const std::string said = reply ? std::string(find_string(*reply, "message").value_or("")) : sent->body;
    return complain(internal_error("the server answered " + std::to_string(sent->status) + ": " + said));
  }
  print_ran(*reply);
  std::printf("%s (%s)\n", std::string(find_string(*reply, "now").value_or("")).c_str(),
              std::string(find_string(*reply, "mode").value_or("")).c_str());
  return 0;
}

}  // namespace orrery::cli
