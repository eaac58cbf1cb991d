// `orrery explain` and `orrery policy suggest`: what the access log of a running server knows.
#include "base/time.h"
#include "cli/admin_call.h"
#include "cli/words.h"

#include <cstdio>

namespace orrery::cli {
namespace {

std::string url_of(const Words& words, const Environment& environment) {
  return words.flag("--url", default_url(environment));
}

void print_statement(const json::value& statement) {
  const auto number = [&](std::string_view name) { return std::to_string(find_int(statement, name).value_or(0)); };
  const std::string sid = text_of(statement, "sid");
  const std::string obstacle = text_of(statement, "obstacle");
  std::printf("      %s, statement %s%s: %s %s\n", text_of(statement, "policy").c_str(), number("statement").c_str(),
              sid.empty() ? "" : (" (" + sid + ")").c_str(), text_of(statement, "effect").c_str(),
              obstacle.empty() ? "applies" : ("does not apply: " + obstacle).c_str());
}

void print_access(const json::value& access) {
  const bool enforced = find_bool(access, "enforced").value_or(true);
  std::printf("\n  %s on %s: %s%s\n", text_of(access, "action").c_str(), text_of(access, "resource").c_str(),
              text_of(access, "decision").c_str(), enforced ? "" : ", and let pass (--iam audit)");
  int count = 0;
  if (const json::value* steps = find(access, "steps"); steps != nullptr && steps->is_array()) {
    for (const json::value& step : steps->get_array()) {
      if (step.is_string()) std::printf("   %2d. %s\n", ++count, step.get_string().c_str());
    }
  }
  const json::value* statements = find(access, "statements");
  if (statements == nullptr || !statements->is_array() || statements->get_array().empty()) return;
  std::printf("    every statement that was looked at:\n");
  for (const json::value& statement : statements->get_array()) print_statement(statement);
}

Result<std::string> since_of(const Words& words, const Surroundings& given, const std::string& url) {
  const auto flag = words.flags.find("--since");
  if (flag == words.flags.end()) return iso8601_seconds(Instant());
  if (parse_iso8601(flag->second)) return flag->second;
  const auto span = parse_duration(flag->second);
  if (!span) {
    return fail(
        api_error("Usage", "--since: \"" + flag->second + "\" is neither a time (ISO 8601) nor a span (2h, 7d)"));
  }
  const json::value clock = TRY(admin_call(given, url, "GET", "/_orrery/clock", ""));
  const auto now = parse_iso8601(text_of(clock, "now"));
  return iso8601_millis(now.value_or(given.clock.now()) - *span);
}

// Indented, so that it can be pasted where policies are kept.
void print_policy(const json::value& value, int depth = 0) {
  const std::string indent(static_cast<std::size_t>(depth) * 2 + 2, ' ');
  const std::string close(static_cast<std::size_t>(depth) * 2, ' ');
  if (value.is_object() || value.is_array()) {
    const bool object = value.is_object();
    std::printf(object ? "{" : "[");
    const char* comma = "";
    const auto entry = [&](const std::string& name, const json::value& inner) {
      std::printf("%s\n%s%s", comma, indent.c_str(), name.c_str());
      print_policy(inner, depth + 1);
      comma = ",";
    };
    if (object) {
      for (const auto& [name, inner] : value.get_object()) entry(to_text(json::value(name)) + ": ", inner);
    } else {
      for (const json::value& inner : value.get_array()) entry("", inner);
    }
    std::printf("\n%s%s", close.c_str(), object ? "}" : "]");
    return;
  }
  std::printf("%s", to_text(value).c_str());
}

}  // namespace

int explain_command(const Surroundings& given) {
  const auto words = read_words(given.arguments, {"--url"});
  if (!words) return complain(words.error());
  if (words->plain.size() != 1) return complain(api_error("Usage", "`orrery explain` needs the id of one request"));
  const auto reply =
      admin_call(given, url_of(*words, given.environment), "GET", "/_orrery/requests/" + words->plain[0], "");
  if (!reply) return complain(reply.error());
  const std::string error = text_of(*reply, "error");
  const std::string who = text_of(*reply, "principal");
  std::printf("%s at %s by %s: %s\n", text_of(*reply, "operation").c_str(), text_of(*reply, "at").c_str(),
              who.empty() ? "nobody who is known" : who.c_str(), error.empty() ? "ok" : error.c_str());
  const json::value* accesses = find(*reply, "accesses");
  const bool any = accesses != nullptr && accesses->is_array() && !accesses->get_array().empty();
  if (!any) return std::printf("\n  policies were not asked\n"), 0;
  for (const json::value& access : accesses->get_array()) print_access(access);
  return 0;
}

int policy_command(const Surroundings& given) {
  const auto words = read_words(given.arguments, {"--url", "--principal", "--since"});
  if (!words) return complain(words.error());
  if (words->plain.size() != 1 || words->plain[0] != "suggest") {
    return complain(api_error("Usage", "did you mean orrery policy suggest --principal ARN --since TIME?"));
  }
  const auto principal = words->flags.find("--principal");
  if (principal == words->flags.end()) {
    return complain(
        api_error("Usage", "`orrery policy suggest` needs --principal ARN (of a user, a role or a session)"));
  }
  const std::string url = url_of(*words, given.environment);
  const auto since = since_of(*words, given, url);
  if (!since) return complain(since.error());
  const std::string wish = to_text(json::object{{"principal", principal->second}, {"since", *since}});
  const auto reply = admin_call(given, url, "POST", "/_orrery/policy/suggest", wish);
  if (!reply) return complain(reply.error());
  const auto calls = find_int(*reply, "calls").value_or(0);
  if (calls == 0) {
    return complain(internal_error("the access log has no call of " + principal->second + " since " + *since));
  }
  std::fprintf(stderr, "orrery: from %lld calls\n", static_cast<long long>(calls));
  if (const json::value* policy = find(*reply, "policy")) print_policy(*policy);
  std::printf("\n");
  return 0;
}

}  // namespace orrery::cli
