// What is stored of connections: also their secrets, as they were given (docs/compatibility/events.md says how).
#pragma once

#include "services/call.h"
#include "shapes/events.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::events {

struct ConnectionRecord {
  std::string account, region, name;
  std::string arn, secret_arn;  // no secret: empty
  std::string description, type, state, reason;
  std::string revision;  // another one after each change of what authorizes
  CreateConnectionAuthRequestParameters auth;
  Instant created, modified, authorized;

  bool usable() const { return state == ConnectionState::AUTHORIZED; }
};

std::string connections_prefix(std::string_view account, std::string_view region);
std::string connection_key(const ConnectionRecord& connection);
Result<ConnectionRecord> decode_connection(std::string_view bytes);
Result<> put_connection(Transaction& tx, const ConnectionRecord& connection);
Result<std::optional<ConnectionRecord>> get_connection(Reader& reader, std::string_view account,
                                                       std::string_view region, std::string_view name);
// By its ARN, which a later connection of the same name does not have.
Result<std::optional<ConnectionRecord>> find_connection(Reader& reader, std::string_view arn);

// "NAME" and "ID" of "arn:…:KIND/NAME/ID"; the resource's account and region.
struct NamedResource {
  std::string account, region, name, id;
};
std::optional<NamedResource> parse_resource_arn(std::string_view arn, std::string_view kind);

// Without what is secret.
ConnectionAuthResponseParameters shown(const CreateConnectionAuthRequestParameters& auth);

}  // namespace orrery::events
