#include "cli/options.h"

#include "base/time.h"
#include "cli/nearest.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include <yaml-cpp/yaml.h>

namespace orrery::cli {
namespace {

Error usage(std::string message) { return api_error("Usage", std::move(message), 2); }

struct Option {
  std::string_view name;      // "data": --data, ORRERY_DATA, data:
  std::string_view argument;  // for --help
  std::string_view fallback;  // what holds when nobody says anything
  std::string_view help;
  Result<> (*apply)(ServeOptions& options, const std::string& value);
};

template <class T>
Result<> choose(T& target, const std::string& value, std::initializer_list<std::pair<std::string_view, T>> choices) {
  std::string known;
  for (const auto& [name, choice] : choices) {
    if (value == name) {
      target = choice;
      return {};
    }
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  return fail(usage("\"" + value + "\" is not one of: " + known));
}

template <class T>
Result<> number(T& target, const std::string& value, long long low, long long high) {
  long long parsed = 0;
  const auto [end, status] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  if (status != std::errc() || end != value.data() + value.size() || parsed < low || parsed > high) {
    return fail(usage("\"" + value + "\" is not a number from " + std::to_string(low) + " to " + std::to_string(high)));
  }
  target = static_cast<T>(parsed);
  return {};
}

Result<> apply_clock(ServeOptions& options, const std::string& value) {
  Clock::State state;
  if (value.starts_with("frozen")) {
    state.mode = Clock::Mode::Frozen;
    if (value != "frozen") {
      const auto at = value[6] == '@' ? parse_iso8601(value.substr(7)) : std::nullopt;
      if (!at)
        return fail(usage("\"" + value + "\" is not \"running\", \"frozen\" or \"frozen@2026-03-01T00:00:00Z\""));
      state.frozen_at = *at;
    }
  } else if (value != "running") {
    return fail(usage("\"" + value + "\" is not \"running\", \"frozen\" or \"frozen@2026-03-01T00:00:00Z\""));
  }
  options.config.clock = state;
  return {};
}

Result<> apply_account(ServeOptions& options, const std::string& value) {
  const bool digits = value.size() == 12 && value.find_first_not_of("0123456789") == std::string::npos;
  if (!digits) return fail(usage("\"" + value + "\" is not an account number of 12 digits"));
  options.config.account = value;
  return {};
}

bool is_account(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "111122223333:KEY:SECRET", several of them in lines of their own.
Result<> apply_account_root(ServeOptions& options, const std::string& value) {
  std::istringstream lines(value);
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    const bool whole = second != std::string::npos && second > first + 1 && second + 1 < line.size();
    if (!whole || !is_account(std::string_view(line).substr(0, first))) {
      return fail(usage("\"" + line + "\" is not ACCOUNT:KEY:SECRET, with an account number of 12 digits"));
    }
    options.config.accounts.push_back(
        {line.substr(0, first), {line.substr(first + 1, second - first - 1), line.substr(second + 1)}});
  }
  return {};
}

// "https://issuer.example=/path/jwks.json", several of them in lines of their own.
Result<> apply_oidc_issuer(ServeOptions& options, const std::string& value) {
  std::istringstream lines(value);
  for (std::string line; std::getline(lines, line);) {
    const auto equals = line.rfind('=');
    if (equals == std::string::npos || !line.starts_with("https://") || equals + 1 == line.size()) {
      return fail(usage("\"" + line + "\" is not https://ISSUER=FILE"));
    }
    options.config.oidc_issuers.push_back({line.substr(0, equals), line.substr(equals + 1)});
  }
  return {};
}

Result<> apply_catch_up(ServeOptions& options, const std::string& value) {
  const auto policy = schedule::parse_catch_up(value);
  if (!policy) return fail(usage("\"" + value + "\" is not none, latest, or all: and a span of time, such as all:24h"));
  options.config.catch_up = *policy;
  return {};
}

Result<> apply_delay(Millis& delay, const std::string& value) {
  const auto span = parse_duration(value);
  if (!span) return fail(usage("\"" + value + "\" is not a span of time, such as 500ms or 10s"));
  delay = *span;
  return {};
}

constexpr Option kOptions[] = {
    {"data", "DIR", "./data", "where all state lives; made when missing",
     [](ServeOptions& o, const std::string& v) -> Result<> { return o.config.data_dir = v, Result<>(); }},
    {"port", "N", "4566", "TCP port",
     [](ServeOptions& o, const std::string& v) { return number(o.config.port, v, 0, 65535); }},
    {"host", "ADDRESS", "127.0.0.1", "IP address to listen on; any but loopback needs `orrery init` first",
     [](ServeOptions& o, const std::string& v) -> Result<> {
       return o.config.host = v == "localhost" ? "127.0.0.1" : v, Result<>();  // the one name that needs no look-up
     }},
    {"durability", "full|relaxed", "full", "full: an acknowledged write survives a power cut; relaxed: only kill -9",
     [](ServeOptions& o, const std::string& v) {
       return choose(o.config.durability, v, {{"full", Durability::Full}, {"relaxed", Durability::Relaxed}});
     }},
    {"clock", "MODE", "as last left", "running, frozen, or frozen@ISO-8601: the time that schedules live by",
     &apply_clock},
    {"catch-up", "POLICY", "latest", "ticks missed while the server was down: none, latest, or all:24h (of that long)",
     &apply_catch_up},
    {"account", "ID", "000000000000", "account number of the root credential", &apply_account},
    {"account-root", "ID:KEY:SECRET", "", "a further account and its root credential; may be given several times",
     &apply_account_root},
    {"oidc-issuer", "URL=FILE", "", "an OpenID Connect issuer and its JSON Web Key Set; may be given several times",
     &apply_oidc_issuer},
    {"threads", "N", "2", "threads that serve connections",
     [](ServeOptions& o, const std::string& v) { return number(o.config.threads, v, 1, 256); }},
    {"table-delay", "DURATION", "0s", "how long a new DynamoDB table is CREATING: 0s, 500ms, 10s",
     [](ServeOptions& o, const std::string& v) { return apply_delay(o.config.table_delay, v); }},
    {"function-delay", "DURATION", "0s", "how long a new Lambda function is Pending, a changed one InProgress",
     [](ServeOptions& o, const std::string& v) { return apply_delay(o.config.function_delay, v); }},
    {"dynamodb-throttle", "on|off", "off", "on: DynamoDB refuses what exceeds provisioned throughput",
     [](ServeOptions& o, const std::string& v) {
       return choose(o.config.dynamodb_throttle, v, {{"on", true}, {"off", false}});
     }},
    {"event-rules", "N", "300", "how many rules an event bus may have: a quota that AWS raises on request",
     [](ServeOptions& o, const std::string& v) { return number(o.config.event_rules, v, 1, 100'000); }},
    {"iam", "enforce|audit", "enforce", "audit: what policies refuse is logged as a warning, and passes",
     [](ServeOptions& o, const std::string& v) {
       return choose(o.config.iam_audit, v, {{"enforce", false}, {"audit", true}});
     }},
    {"outbound", "none|https|local|any", "local on loopback, else https", "where requests to the outside may go",
     [](ServeOptions& o, const std::string& v) {
       using http::Reach;
       return choose(o.config.outbound, v,
                     {{"none", std::optional(Reach::None)},
                      {"https", std::optional(Reach::Https)},
                      {"local", std::optional(Reach::Local)},
                      {"any", std::optional(Reach::Any)}});
     }},
    {"access-log", "MB", "32", "how much of the requests made is kept, for `orrery explain`; 0: nothing",
     [](ServeOptions& o, const std::string& v) { return number(o.config.access_log_mb, v, 0, 65536); }},
    {"log-format", "text|json", "text", "the server's own log, on standard error",
     [](ServeOptions& o, const std::string& v) {
       return choose(o.log_format, v, {{"text", log::Format::Text}, {"json", log::Format::Json}});
     }},
    {"log-level", "LEVEL", "info", "debug (a line for each request), info, warning, error",
     [](ServeOptions& o, const std::string& v) {
       return choose(o.log_level, v,
                     {{"debug", log::Level::Debug},
                      {"info", log::Level::Info},
                      {"warning", log::Level::Warning},
                      {"error", log::Level::Error}});
     }},
    {"tls-cert", "FILE", "", "PEM certificate chain: serve HTTPS",
     [](ServeOptions& o, const std::string& v) -> Result<> { return o.config.tls_certificate = v, Result<>(); }},
    {"tls-key", "FILE", "", "PEM private key of --tls-cert",
     [](ServeOptions& o, const std::string& v) -> Result<> { return o.config.tls_key = v, Result<>(); }},
};

std::string variable_of(std::string_view name) {
  std::string out = "ORRERY_";
  for (const char c : name) out += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return out;
}

const Option* find_option(std::string_view name) {
  const auto found = std::ranges::find(kOptions, name, &Option::name);
  return found == std::end(kOptions) ? nullptr : &*found;
}

// "--prot" -> "unknown flag --prot; did you mean --port?"
Error unknown(std::string_view what, std::string_view word, const std::function<std::string(std::string_view)>& spell) {
  std::vector<std::string> spelled;
  for (const Option& option : kOptions) spelled.push_back(spell(option.name));
  spelled.push_back(spell("config"));
  const std::vector<std::string_view> views(spelled.begin(), spelled.end());
  return usage("unknown " + std::string(what) + " " + std::string(word) + "; did you mean " +
               std::string(nearest(word, views)) + "?");
}

using Values = std::map<std::string, std::string, std::less<>>;  // option name -> text

// Options that may be given several times: a line each. In the file, "accounts" and "oidc-issuers" are lists.
constexpr std::pair<std::string_view, std::string_view> kLists[] = {{"accounts", "account-root"},
                                                                    {"oidc-issuers", "oidc-issuer"}};

bool repeats(std::string_view name) {
  return std::ranges::any_of(kLists, [&](const auto& one) { return one.second == name; });
}

void set(Values& values, const std::string& name, const std::string& value) {
  std::string& held = values[name];
  held = repeats(name) && !held.empty() ? held + "\n" + value : value;
}

Error not_understood(const std::string& path, const std::string& name) {
  return usage(path + ": " + name + " has an entry that is not understood");
}

// "accounts:" of the file: "ID:KEY:SECRET" each, or a map of id, access-key and secret.
Result<std::string> list_lines(const std::string& path, const std::string& name, const YAML::Node& list) {
  if (!list.IsSequence()) return fail(usage(path + ": " + name + " needs a list"));
  std::string lines;
  for (const auto& entry : list) {
    std::string line;
    if (entry.IsScalar()) {
      line = entry.as<std::string>();
    } else if (entry.IsMap() && name == "accounts") {
      line = entry["id"].as<std::string>("") + ":" + entry["access-key"].as<std::string>("") + ":" +
             entry["secret"].as<std::string>("");
    } else if (entry.IsMap()) {
      line = entry["url"].as<std::string>("") + "=" + entry["jwks"].as<std::string>("");
    } else {
      return fail(not_understood(path, name));
    }
    if (!lines.empty()) lines += '\n';
    lines += line;
  }
  return lines;
}

Result<> read_flags(std::span<const std::string> arguments, Values& values) {
  const auto spell = [](std::string_view name) { return "--" + std::string(name); };
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    const auto equals = word.find('=');
    const std::string flag = word.substr(0, equals);
    const std::string name = flag.starts_with("--") ? flag.substr(2) : std::string();
    if (name != "config" && find_option(name) == nullptr) return fail(unknown("flag", flag, spell));
    if (equals != std::string::npos) {
      set(values, name, word.substr(equals + 1));
    } else if (++i < arguments.size()) {
      set(values, name, arguments[i]);
    } else {
      return fail(usage(flag + " needs a value"));
    }
  }
  return {};
}

// Variables that mean something to other commands of this program.
bool belongs_elsewhere(std::string_view variable) { return variable == "ORRERY_URL"; }

Result<> read_environment(const Environment& environment, Values& values) {
  for (const auto& [variable, value] : environment) {
    if (!variable.starts_with("ORRERY_") || belongs_elsewhere(variable)) continue;
    bool known = false;
    for (const Option& option : kOptions) {
      if (variable_of(option.name) != variable) continue;
      values.emplace(option.name, value);
      known = true;
    }
    if (variable == "ORRERY_CONFIG") {
      values.emplace("config", value);
      known = true;
    }
    if (!known) return fail(unknown("environment variable", variable, &variable_of));
  }
  return {};
}

Result<> read_file(const std::string& path, Values& values) {
  try {
    const YAML::Node root = YAML::LoadFile(path);
    if (root.IsNull()) return {};
    if (!root.IsMap()) return fail(usage(path + ": expected `name: value` lines"));
    for (const auto& entry : root) {
      const auto name = entry.first.as<std::string>();
      const auto* list = std::ranges::find(kLists, name, &std::pair<std::string_view, std::string_view>::first);
      if (list != std::end(kLists)) {
        values.emplace(list->second, TRY(list_lines(path, name, entry.second)));
        continue;
      }
      if (find_option(name) == nullptr) {
        Error error = unknown("key", name, [](std::string_view n) { return std::string(n); });
        error.message.insert(0, path + ": ");
        return fail(std::move(error));
      }
      if (!entry.second.IsScalar()) {
        return fail(usage(std::string(path).append(": ").append(name).append(" needs a single value")));
      }
      values.emplace(name, entry.second.as<std::string>());
    }
  } catch (const YAML::Exception& problem) {
    return fail(usage(path + ": " + problem.what()));
  }
  return {};
}

Result<> check(const ServeOptions& options) {
  std::set<std::string> keys{options.config.root.access_key};
  for (const auto& other : options.config.accounts) {
    if (!keys.insert(other.root.access_key).second) {
      return fail(usage("--account-root: the access key " + other.root.access_key + " is given twice"));
    }
  }
  if (options.config.tls_certificate.empty() != options.config.tls_key.empty()) {
    return fail(usage("--tls-cert and --tls-key go together"));
  }
  if (options.config.data_dir.empty()) return fail(usage("--data needs a folder"));
  return {};
}

}  // namespace

Result<ServeOptions> parse_serve_options(std::span<const std::string> arguments, const Environment& environment) {
  Values values;
  TRY(read_flags(arguments, values));
  TRY(read_environment(environment, values));
  if (const auto config = values.find("config"); config != values.end()) {
    const std::string path = config->second;
    values.erase(config);
    TRY(read_file(path, values));
  }
  ServeOptions options;
  options.config.data_dir = "./data";
  for (const auto& [name, value] : values) {
    if (Result<> applied = find_option(name)->apply(options, value); !applied) {
      applied.error().message = "--" + name + ": " + applied.error().message;
      return fail(std::move(applied).error());
    }
  }
  TRY(check(options));
  return options;
}

std::string serve_options_help() {
  std::string out;
  for (const Option& option : kOptions) {
    std::string left = "  --" + std::string(option.name) + " " + std::string(option.argument);
    left.resize(std::max<std::size_t>(left.size() + 1, 28), ' ');
    out += left + std::string(option.help);
    if (!option.fallback.empty()) out += " [" + std::string(option.fallback) + "]";
    out += "\n";
  }
  out += "  --config FILE             YAML file with any of the above, without the dashes (port: 4566)\n";
  return out;
}

}  // namespace orrery::cli
