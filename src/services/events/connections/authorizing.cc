#include "services/events/connections/authorizing.h"

#include "base/encode.h"
#include "services/record.h"

#include <algorithm>

namespace orrery::events {
namespace {

constexpr int kMostTries = 3;
constexpr std::chrono::seconds kPause{1};
// "Proactively during an HTTPS invocation, if the token is about to expire" (eb-target-connection-auth.html): within 60
// seconds.
constexpr std::chrono::seconds kAboutToExpire{60};
constexpr std::size_t kMostTokenBytes = std::size_t{64} * 1024;
constexpr std::size_t kMostEntries = 10'000;
constexpr std::string_view kForm = "application/x-www-form-urlencoded";

using Pairs = std::vector<std::pair<std::string, std::string>>;

void set(Pairs& pairs, const std::string& name, const std::string& value) {
  for (auto& [known, now] : pairs) {
    if (known != name) continue;
    now = value;
    return;
  }
  pairs.emplace_back(name, value);
}

template <class Parameter>
void add_all(Pairs& pairs, const std::optional<std::vector<Parameter>>& parameters) {
  if (!parameters) return;
  for (const Parameter& one : *parameters) set(pairs, one.Key.value_or(""), one.Value.value_or(""));
}

std::string form(const Pairs& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out.append(percent_encode(name)).append("=").append(percent_encode(value));
  }
  return out;
}

std::string with_query(std::string url, const std::string& query) {
  if (query.empty()) return url;
  url += url.find('?') == std::string::npos ? '?' : '&';
  return url + query;
}

bool is_json(std::string_view content_type) {
  return http::equals_ignoring_case(content_type.substr(0, content_type.find(';')), "application/json");
}

// Of the connection as it is now, if it is still the one that was tried.
Result<> conclude(Events& events, const ConnectionRecord& tried, const Result<Token>& token) {
  return events.store.transact([&](Transaction& tx) -> Result<> {
    auto connection = TRY(find_connection(tx, tried.arn));
    if (!connection || connection->revision != tried.revision) return {};
    connection->state = token ? ConnectionState::AUTHORIZED : ConnectionState::DEAUTHORIZED;
    connection->reason = token ? "" : token.error().message;
    connection->authorized = events.clock.now();
    return put_connection(tx, *connection);
  });
}

std::string entry_key(const ConnectionRecord& connection) { return connection.arn + "|" + connection.revision; }

}  // namespace

Result<> post_authorization(Events& events, Transaction& tx, const ConnectionRecord& connection, Instant now) {
  Message message;
  message.kind = kAuthorize;
  message.id = connection.arn;
  message.due = now;
  message.payload = encode_record(json::object{{"arn", connection.arn}, {"revision", connection.revision}});
  return events.background.post(tx, message);
}

void authorize(Events& events, const Message& message, std::function<void(Delivered)> done) {
  const auto document = decode_record(message.payload);
  const std::string arn(document ? find_string(*document, "arn").value_or("") : "");
  const auto found = find_connection(*events.store.snapshot(), arn);
  if (!found || !*found || (*found)->revision != find_string(*document, "revision").value_or("")) {
    Delivered overtaken;
    overtaken.summary = "connection " + arn + ": changed meanwhile";
    return done(std::move(overtaken));
  }
  const ConnectionRecord connection = **found;
  const int attempts = message.attempts;
  events.tokens->obtain(
      events, connection, [&events, connection, attempts, done = std::move(done)](const Result<std::string>& token) {
        Delivered delivered;
        delivered.summary = "connection " + connection.name + ": ";
        const bool refused = !token && token.error().code == "AuthorizationRefused";
        if (!token && !refused && attempts + 1 < kMostTries) {
          delivered.retry_at = events.clock.now() + kPause;
          delivered.ok = false;
          delivered.summary += token.error().message;
          return done(std::move(delivered));
        }
        const Result<> concluded =
            conclude(events, connection, token ? Result<Token>(Token{}) : Result<Token>(fail(token.error())));
        if (!concluded) delivered.retry_at = events.clock.now() + kPause;
        delivered.ok = token.ok();
        delivered.summary += token ? "authorized" : token.error().message;
        done(std::move(delivered));
      });
}

// A GET has its parameters in the query, others in the body: as a form, or as JSON when the parameters' own
// Content-Type says so. grant_type is added where the parameters do not name it.
http::Outgoing token_request(const CreateConnectionOAuthRequestParameters& oauth) {
  const ConnectionHttpParameters none;
  const auto& more = oauth.OAuthHttpParameters ? *oauth.OAuthHttpParameters : none;
  Pairs body{{"grant_type", "client_credentials"},
             {"client_id", oauth.ClientParameters.ClientID},
             {"client_secret", oauth.ClientParameters.ClientSecret}};
  add_all(body, more.BodyParameters);
  Pairs query;
  add_all(query, more.QueryStringParameters);

  http::Outgoing request;
  request.method = oauth.HttpMethod;
  request.limit_bytes = kMostTokenBytes;
  request.headers.add("User-Agent", "Amazon/EventBridge/ApiDestinations");
  request.headers.add("Accept", "application/json");
  request.headers.add("Content-Type", kForm);
  if (more.HeaderParameters) {
    for (const auto& one : *more.HeaderParameters) request.headers.set(one.Key.value_or(""), one.Value.value_or(""));
  }
  if (request.method == "GET") {
    request.headers.remove("Content-Type");
    query.insert(query.end(), body.begin(), body.end());
  } else if (is_json(request.headers.find("Content-Type").value_or(""))) {
    json::object object;
    for (const auto& [name, value] : body) object[name] = value;
    request.body = json::serialize(object);
  } else {
    request.body = form(body);
  }
  request.url = with_query(oauth.AuthorizationEndpoint, form(query));
  return request;
}

Result<Token> read_token(const Result<http::Answer>& answer) {
  const auto refused = [](std::string why) { return fail(api_error("AuthorizationRefused", std::move(why))); };
  if (!answer) {
    const bool hopeless = answer.error().code == "NotReachable" || answer.error().code == "InvalidUrl";
    return fail(api_error(hopeless ? "AuthorizationRefused" : "AuthorizationFailed",
                          "The authorization endpoint cannot be asked: " + answer.error().message + "."));
  }
  if (answer->status >= 500 || answer->status == 429) {
    return fail(api_error("AuthorizationFailed",
                          "The authorization endpoint answered " + std::to_string(answer->status) + "."));
  }
  if (answer->status < 200 || answer->status >= 300) {
    return refused("The authorization endpoint answered " + std::to_string(answer->status) + ".");
  }
  const auto document = parse_json(answer->body);
  const auto text = document ? find_string(*document, "access_token") : std::nullopt;
  if (!text || text->empty()) return refused("The authorization endpoint's answer has no access_token.");
  const std::string_view type = find_string(*document, "token_type").value_or("Bearer");
  Token token;
  token.header = http::equals_ignoring_case(type, "bearer") ? "Bearer" : std::string(type);
  token.header.append(" ").append(*text);
  token.lasts_s = find_int(*document, "expires_in");
  return token;
}

std::shared_ptr<Tokens> make_tokens() { return std::make_shared<Tokens>(); }

void Tokens::obtain(Events& events, const ConnectionRecord& connection, Done done) {
  if (!connection.auth.OAuthParameters || events.client == nullptr) {
    return done(fail(api_error("AuthorizationRefused", "The connection has no OAuth parameters.")));
  }
  {
    std::unique_lock lock(mutex_);
    const Instant soon = events.clock.machine_now() + kAboutToExpire;
    std::erase_if(entries_, [&](const auto& one) {
      const Entry& entry = one.second;
      return !entry.header.empty() && ((entry.expires && *entry.expires <= soon) || entries_.size() > kMostEntries);
    });
    Entry& entry = entries_[entry_key(connection)];
    if (!entry.header.empty()) {
      const std::string header = entry.header;
      lock.unlock();
      return done(header);
    }
    entry.waiting.push_back(std::move(done));
    if (entry.waiting.size() > 1) return;
  }
  events.client->send(token_request(*connection.auth.OAuthParameters),
                      [this, &events, connection](const Result<http::Answer>& answer) {
                        arrived(events, connection, read_token(answer));
                      });
}

void Tokens::arrived(Events& events, const ConnectionRecord& connection, const Result<Token>& token) {
  std::vector<Done> waiting;
  {
    const std::lock_guard lock(mutex_);
    const std::string key = entry_key(connection);
    Entry& entry = entries_[key];
    waiting.swap(entry.waiting);
    if (token) {
      entry.header = token->header;
      entry.expires.reset();
      if (token->lasts_s) {
        entry.expires = events.clock.machine_now() +
                        std::chrono::seconds(std::clamp<std::int64_t>(*token->lasts_s, 0, 1'000'000'000));
      }
    } else {
      entries_.erase(key);
    }
  }
  for (const Done& done : waiting) {
    done(token ? Result<std::string>(token->header) : Result<std::string>(fail(token.error())));
  }
}

void Tokens::forget(const std::string& connection_arn, const std::string& header) {
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const auto& one) {
    return one.first.starts_with(connection_arn + "|") && one.second.header == header;
  });
}

}  // namespace orrery::events
