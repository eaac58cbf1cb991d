#include "base/arn.h"
#include "http/token.h"
#include "services/events/connections/authorizing.h"
#include "services/events/connections/records.h"
#include "services/events/destinations/endpoint.h"
#include "services/events/operations.h"
#include "services/events/pages.h"
#include "wire/protocol.h"

namespace orrery::events {
namespace {

constexpr std::size_t kMostConnections = 3'000;  // an account and region, the default quota
// "InvocationHttpParameters … limited to 64 KB" (CreateConnectionAuthRequestParameters): of a connection as a whole.
constexpr std::size_t kMostBytes = std::size_t{64} * 1024;

Error no_connection(const std::string& name) {
  return errors::ResourceNotFoundException("Failed to describe the connection(s). Connection '" + name +
                                           "' does not exist.");
}

Result<ConnectionRecord> existing_connection(Reader& reader, const Call& call, const std::string& name) {
  auto connection = TRY(get_connection(reader, call.account, call.region, name));
  if (!connection) return fail(no_connection(name));
  return *std::move(connection);
}

template <class Input, class Auth>
Result<> check_absent(const Input& input, const Auth& auth) {
  const auto refuse = [](const std::string& what) {
    return fail(api_error("NotImplemented", "Orrery does not implement " + what, 501));
  };
  if (input.KmsKeyIdentifier && !input.KmsKeyIdentifier->empty()) {
    return refuse("KmsKeyIdentifier of connections: it has no key service.");
  }
  if (input.InvocationConnectivityParameters || auth.ConnectivityParameters) {
    return refuse("connections to private APIs: it has no VPC Lattice.");
  }
  return {};
}

// One kind of parameters, that of the type.
Result<> check_auth(const std::string& type, const CreateConnectionAuthRequestParameters& auth) {
  const bool fits = type == ConnectionAuthorizationType::BASIC     ? auth.BasicAuthParameters.has_value()
                    : type == ConnectionAuthorizationType::API_KEY ? auth.ApiKeyAuthParameters.has_value()
                                                                   : auth.OAuthParameters.has_value();
  const int given =
      (auth.BasicAuthParameters ? 1 : 0) + (auth.ApiKeyAuthParameters ? 1 : 0) + (auth.OAuthParameters ? 1 : 0);
  if (!fits || given > 1) {
    return fail(
        not_valid("Parameter AuthParameters is not valid. Reason: it must include the parameters of the "
                  "authorization type " +
                  type + ", and no others."));
  }
  if (auth.ApiKeyAuthParameters && !http::is_token(auth.ApiKeyAuthParameters->ApiKeyName)) {
    return fail(not_valid("Parameter ApiKeyName is not valid. Reason: it is not the name of a header."));
  }
  if (auth.OAuthParameters) {
    TRY(check_endpoint("AuthorizationEndpoint", auth.OAuthParameters->AuthorizationEndpoint));
  }
  const json::value document = wire::to_document(wire::shape_for<CreateConnectionAuthRequestParameters>(), &auth);
  if (orrery::to_text(document).size() > kMostBytes) {
    return fail(not_valid("Parameter AuthParameters is not valid. Reason: it is larger than 64 KB."));
  }
  return {};
}

// A secret's ARN, though there is no service of secrets here: clients show it, and expect its form.
std::string new_secret_arn(const Call& call, const std::string& name) {
  return make_arn(
      "secretsmanager", call.region, call.account,
      "secret:events!connection/" + name + "/" + call.random->uuid() + "-" + call.random->token(6, kBase62));
}

// What follows when that which authorizes is new: OAuth has to be tried first.
Result<> authorize_anew(Events& events, Call& call, Transaction& tx, ConnectionRecord& connection) {
  connection.revision = call.random->uuid();
  connection.reason.clear();
  connection.authorized = call.now;
  if (connection.secret_arn.empty()) connection.secret_arn = new_secret_arn(call, connection.name);
  connection.state = ConnectionState::AUTHORIZED;
  if (connection.type != ConnectionAuthorizationType::OAUTH_CLIENT_CREDENTIALS) return {};
  connection.state = ConnectionState::AUTHORIZING;
  return post_authorization(events, tx, connection, call.now);
}

template <class T>
void replace(std::optional<T>& given, T& member) {
  if (given) member = *given;
}

// What UpdateConnection gives replaces; the rest stays as it was.
CreateConnectionAuthRequestParameters merged(const ConnectionRecord& connection, const std::string& type,
                                             UpdateConnectionAuthRequestParameters given) {
  CreateConnectionAuthRequestParameters auth = connection.auth;
  if (type != connection.type) {  // parameters of the former type are of no use any more
    auth.BasicAuthParameters.reset();
    auth.ApiKeyAuthParameters.reset();
    auth.OAuthParameters.reset();
  }
  if (given.BasicAuthParameters) {
    auto& basic = auth.BasicAuthParameters ? *auth.BasicAuthParameters : auth.BasicAuthParameters.emplace();
    replace(given.BasicAuthParameters->Username, basic.Username);
    replace(given.BasicAuthParameters->Password, basic.Password);
  }
  if (given.ApiKeyAuthParameters) {
    auto& key = auth.ApiKeyAuthParameters ? *auth.ApiKeyAuthParameters : auth.ApiKeyAuthParameters.emplace();
    replace(given.ApiKeyAuthParameters->ApiKeyName, key.ApiKeyName);
    replace(given.ApiKeyAuthParameters->ApiKeyValue, key.ApiKeyValue);
  }
  if (given.OAuthParameters) {
    auto& oauth = auth.OAuthParameters ? *auth.OAuthParameters : auth.OAuthParameters.emplace();
    replace(given.OAuthParameters->AuthorizationEndpoint, oauth.AuthorizationEndpoint);
    replace(given.OAuthParameters->HttpMethod, oauth.HttpMethod);
    if (given.OAuthParameters->ClientParameters) {
      replace(given.OAuthParameters->ClientParameters->ClientID, oauth.ClientParameters.ClientID);
      replace(given.OAuthParameters->ClientParameters->ClientSecret, oauth.ClientParameters.ClientSecret);
    }
    if (given.OAuthParameters->OAuthHttpParameters)
      oauth.OAuthHttpParameters = given.OAuthParameters->OAuthHttpParameters;
  }
  if (given.InvocationHttpParameters) auth.InvocationHttpParameters = given.InvocationHttpParameters;
  return auth;
}

// A member that a new set of parameters lacks: the first one's name.
std::optional<std::string> lacking(const CreateConnectionAuthRequestParameters& auth) {
  const auto first_empty =
      [](std::initializer_list<std::pair<const char*, const std::string*>> members) -> std::optional<std::string> {
    for (const auto& [name, text] : members) {
      if (text->empty()) return name;
    }
    return std::nullopt;
  };
  if (const auto& basic = auth.BasicAuthParameters) {
    return first_empty({{"Username", &basic->Username}, {"Password", &basic->Password}});
  }
  if (const auto& key = auth.ApiKeyAuthParameters) {
    return first_empty({{"ApiKeyName", &key->ApiKeyName}, {"ApiKeyValue", &key->ApiKeyValue}});
  }
  if (const auto& oauth = auth.OAuthParameters) {
    return first_empty({{"ClientID", &oauth->ClientParameters.ClientID},
                        {"ClientSecret", &oauth->ClientParameters.ClientSecret},
                        {"AuthorizationEndpoint", &oauth->AuthorizationEndpoint},
                        {"HttpMethod", &oauth->HttpMethod}});
  }
  return std::nullopt;
}

template <class Output>
Output changed(const ConnectionRecord& connection) {
  Output output;
  output.ConnectionArn = connection.arn;
  output.ConnectionState = connection.state;
  output.CreationTime = connection.created;
  output.LastModifiedTime = connection.modified;
  if constexpr (requires { output.LastAuthorizedTime; }) output.LastAuthorizedTime = connection.authorized;
  return output;
}

}  // namespace

Result<CreateConnectionResponse> create_connection(Events& events, Call& call, Transaction& tx,
                                                   const CreateConnectionRequest& input) {
  TRY(check_absent(input, input.AuthParameters));
  TRY(check_auth(input.AuthorizationType, input.AuthParameters));
  if (TRY(get_connection(tx, call.account, call.region, input.Name))) {
    return fail(errors::ResourceAlreadyExistsException("Connection " + input.Name + " already exists."));
  }
  if (TRY(count_keys(tx, connections_prefix(call.account, call.region), kMostConnections)) == kMostConnections) {
    return fail(over_quota());
  }
  ConnectionRecord connection;
  connection.account = call.account;
  connection.region = call.region;
  connection.name = input.Name;
  connection.arn =
      make_arn("events", call.region, call.account, "connection/" + input.Name + "/" + call.random->uuid());
  connection.description = input.Description.value_or("");
  connection.type = input.AuthorizationType;
  connection.auth = input.AuthParameters;
  connection.created = call.now;
  connection.modified = call.now;
  TRY(authorize_anew(events, call, tx, connection));
  TRY(put_connection(tx, connection));
  return changed<CreateConnectionResponse>(connection);
}

Result<DescribeConnectionResponse> describe_connection(Call& call, Reader& reader,
                                                       const DescribeConnectionRequest& input) {
  const ConnectionRecord connection = TRY(existing_connection(reader, call, input.Name));
  auto output = changed<DescribeConnectionResponse>(connection);
  output.Name = connection.name;
  output.Description = unless_empty(connection.description);
  output.StateReason = unless_empty(connection.reason);
  output.AuthorizationType = connection.type;
  output.SecretArn = unless_empty(connection.secret_arn);
  output.AuthParameters = shown(connection.auth);
  return output;
}

Result<ListConnectionsResponse> list_connections(Call& call, Reader& reader, const ListConnectionsRequest& input) {
  ListConnectionsResponse output;
  output.Connections.emplace();
  const std::string prefix = input.NamePrefix.value_or("");
  output.NextToken = TRY(scan_page(reader, connections_prefix(call.account, call.region),
                                   {input.NextToken, input.Limit.value_or(100)}, [&](Cursor& cursor) -> Result<bool> {
                                     const ConnectionRecord connection = TRY(decode_connection(cursor.value()));
                                     if (!connection.name.starts_with(prefix)) return false;
                                     if (input.ConnectionState && *input.ConnectionState != connection.state) {
                                       return false;
                                     }
                                     auto listed = changed<Connection>(connection);
                                     listed.Name = connection.name;
                                     listed.StateReason = unless_empty(connection.reason);
                                     listed.AuthorizationType = connection.type;
                                     output.Connections->push_back(std::move(listed));
                                     return true;
                                   }));
  return output;
}

Result<UpdateConnectionResponse> update_connection(Events& events, Call& call, Transaction& tx,
                                                   const UpdateConnectionRequest& input) {
  ConnectionRecord connection = TRY(existing_connection(tx, call, input.Name));
  const auto given = input.AuthParameters.value_or(UpdateConnectionAuthRequestParameters());
  TRY(check_absent(input, given));
  if (input.Description) connection.description = *input.Description;
  const std::string type = input.AuthorizationType.value_or(connection.type);
  if (input.AuthParameters || input.AuthorizationType) {
    connection.auth = merged(connection, type, given);
    connection.type = type;
    TRY(check_auth(type, connection.auth));
    if (const auto name = lacking(connection.auth)) {
      return fail(not_valid("Parameter " + *name + " is not valid. Reason: " + *name + " is a required argument."));
    }
    TRY(authorize_anew(events, call, tx, connection));
  }
  connection.modified = call.now;
  TRY(put_connection(tx, connection));
  return changed<UpdateConnectionResponse>(connection);
}

// "Removes all authorization parameters from the connection" (DeauthorizeConnection).
Result<DeauthorizeConnectionResponse> deauthorize_connection(Call& call, Transaction& tx,
                                                             const DeauthorizeConnectionRequest& input) {
  ConnectionRecord connection = TRY(existing_connection(tx, call, input.Name));
  connection.auth = {};
  connection.secret_arn.clear();
  connection.reason.clear();
  connection.revision = call.random->uuid();
  connection.modified = call.now;
  connection.state = ConnectionState::DEAUTHORIZED;
  TRY(put_connection(tx, connection));
  connection.state = ConnectionState::DEAUTHORIZING;
  return changed<DeauthorizeConnectionResponse>(connection);
}

Result<DeleteConnectionResponse> delete_connection(Call& call, Transaction& tx, const DeleteConnectionRequest& input) {
  ConnectionRecord connection = TRY(existing_connection(tx, call, input.Name));
  TRY(tx.erase(connection_key(connection)));
  connection.state = ConnectionState::DELETING;
  return changed<DeleteConnectionResponse>(connection);
}

}  // namespace orrery::events
