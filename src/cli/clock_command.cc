#include "cli/admin_call.h"
#include "cli/nearest.h"

#include <cstdio>

namespace orrery::cli {
namespace {

constexpr std::string_view kVerbs[] = {"show", "freeze", "run", "set", "advance"};

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
  const auto reply = admin_call(given, url, wish->method, wish->path, wish->body);
  if (!reply) return complain(reply.error());
  print_ran(*reply);
  std::printf("%s (%s)\n", std::string(find_string(*reply, "now").value_or("")).c_str(),
              std::string(find_string(*reply, "mode").value_or("")).c_str());
  return 0;
}

}  // namespace orrery::cli
