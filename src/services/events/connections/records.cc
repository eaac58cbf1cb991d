#include "services/events/connections/records.h"

#include "base/arn.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::events {
namespace {

Instant time_of(const json::value& document, std::string_view name) {
  return instant_from_ms(find_int(document, name).value_or(0));
}

template <class Parameter>
void hide(std::optional<std::vector<Parameter>>& parameters) {
  if (!parameters) return;
  for (Parameter& one : *parameters) {
    if (one.IsValueSecret.value_or(false)) one.Value.reset();
  }
}

ConnectionHttpParameters without_secrets(ConnectionHttpParameters parameters) {
  hide(parameters.HeaderParameters);
  hide(parameters.QueryStringParameters);
  hide(parameters.BodyParameters);
  return parameters;
}

std::string key_of(std::string_view account, std::string_view region, std::string_view name) {
  return KeyWriter(KeyKind::Connection).text(account).text(region).text(name).take();
}

}  // namespace

std::string connections_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::Connection).text(account).text(region).take();
}

std::string connection_key(const ConnectionRecord& connection) {
  return key_of(connection.account, connection.region, connection.name);
}

Result<ConnectionRecord> decode_connection(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  ConnectionRecord connection;
  connection.account = text_of(document, "account");
  connection.region = text_of(document, "region");
  connection.name = text_of(document, "name");
  connection.arn = text_of(document, "arn");
  connection.secret_arn = text_of(document, "secret_arn");
  connection.description = text_of(document, "description");
  connection.type = text_of(document, "type");
  connection.state = text_of(document, "state");
  connection.reason = text_of(document, "reason");
  connection.revision = text_of(document, "revision");
  if (const json::value* auth = find(document, "auth")) {
    TRY(wire::from_document(wire::shape_for<CreateConnectionAuthRequestParameters>(), *auth, &connection.auth, false));
  }
  connection.created = time_of(document, "created_ms");
  connection.modified = time_of(document, "modified_ms");
  connection.authorized = time_of(document, "authorized_ms");
  return connection;
}

Result<> put_connection(Transaction& tx, const ConnectionRecord& connection) {
  json::object document{
      {"account", connection.account},
      {"region", connection.region},
      {"name", connection.name},
      {"arn", connection.arn},
      {"secret_arn", connection.secret_arn},
      {"description", connection.description},
      {"type", connection.type},
      {"state", connection.state},
      {"reason", connection.reason},
      {"revision", connection.revision},
      {"auth", wire::to_document(wire::shape_for<CreateConnectionAuthRequestParameters>(), &connection.auth)},
      {"created_ms", epoch_ms(connection.created)},
      {"modified_ms", epoch_ms(connection.modified)},
      {"authorized_ms", epoch_ms(connection.authorized)}};
  return put_record(tx, connection_key(connection), std::move(document));
}

Result<std::optional<ConnectionRecord>> get_connection(Reader& reader, std::string_view account,
                                                       std::string_view region, std::string_view name) {
  const auto bytes = TRY(reader.get(key_of(account, region, name)));
  if (!bytes) return std::optional<ConnectionRecord>();
  return std::optional<ConnectionRecord>(TRY(decode_connection(*bytes)));
}

Result<std::optional<ConnectionRecord>> find_connection(Reader& reader, std::string_view arn) {
  const auto named = parse_resource_arn(arn, "connection");
  if (!named) return std::optional<ConnectionRecord>();
  auto connection = TRY(get_connection(reader, named->account, named->region, named->name));
  if (connection && connection->arn != arn) connection.reset();
  return connection;
}

std::optional<NamedResource> parse_resource_arn(std::string_view text, std::string_view kind) {
  const auto arn = Arn::parse(text);
  const std::string prefix = std::string(kind) + "/";
  if (!arn || arn->service != "events" || !arn->resource.starts_with(prefix)) return std::nullopt;
  const std::string rest = arn->resource.substr(prefix.size());
  const auto slash = rest.find('/');
  if (slash == std::string::npos) return std::nullopt;
  return NamedResource{arn->account, arn->region, rest.substr(0, slash), rest.substr(slash + 1)};
}

ConnectionAuthResponseParameters shown(const CreateConnectionAuthRequestParameters& auth) {
  ConnectionAuthResponseParameters out;
  if (auth.BasicAuthParameters) {
    out.BasicAuthParameters.emplace();
    out.BasicAuthParameters->Username = auth.BasicAuthParameters->Username;
  }
  if (auth.ApiKeyAuthParameters) {
    out.ApiKeyAuthParameters.emplace();
    out.ApiKeyAuthParameters->ApiKeyName = auth.ApiKeyAuthParameters->ApiKeyName;
  }
  if (auth.OAuthParameters) {
    const auto& given = *auth.OAuthParameters;
    auto& oauth = out.OAuthParameters.emplace();
    oauth.ClientParameters.emplace();
    oauth.ClientParameters->ClientID = given.ClientParameters.ClientID;
    oauth.AuthorizationEndpoint = given.AuthorizationEndpoint;
    oauth.HttpMethod = given.HttpMethod;
    if (given.OAuthHttpParameters) oauth.OAuthHttpParameters = without_secrets(*given.OAuthHttpParameters);
  }
  if (auth.InvocationHttpParameters) out.InvocationHttpParameters = without_secrets(*auth.InvocationHttpParameters);
  return out;
}

}  // namespace orrery::events
