#include "services/events/destinations/records.h"

#include "services/record.h"
#include "store/key.h"

namespace orrery::events {
namespace {

std::string key_of(std::string_view account, std::string_view region, std::string_view name) {
  return KeyWriter(KeyKind::ApiDestination).text(account).text(region).text(name).take();
}

}  // namespace

std::string destinations_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::ApiDestination).text(account).text(region).take();
}

std::string destination_key(const DestinationRecord& destination) {
  return key_of(destination.account, destination.region, destination.name);
}

Result<DestinationRecord> decode_destination(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  DestinationRecord destination;
  destination.account = text_of(document, "account");
  destination.region = text_of(document, "region");
  destination.name = text_of(document, "name");
  destination.arn = text_of(document, "arn");
  destination.description = text_of(document, "description");
  destination.connection_arn = text_of(document, "connection_arn");
  destination.endpoint = text_of(document, "endpoint");
  destination.method = text_of(document, "method");
  destination.rate = find_int(document, "rate").value_or(kUsualRate);
  destination.created = instant_from_ms(find_int(document, "created_ms").value_or(0));
  destination.modified = instant_from_ms(find_int(document, "modified_ms").value_or(0));
  return destination;
}

Result<> put_destination(Transaction& tx, const DestinationRecord& destination) {
  json::object document{{"account", destination.account},
                        {"region", destination.region},
                        {"name", destination.name},
                        {"arn", destination.arn},
                        {"description", destination.description},
                        {"connection_arn", destination.connection_arn},
                        {"endpoint", destination.endpoint},
                        {"method", destination.method},
                        {"rate", destination.rate},
                        {"created_ms", epoch_ms(destination.created)},
                        {"modified_ms", epoch_ms(destination.modified)}};
  return put_record(tx, destination_key(destination), std::move(document));
}

Result<std::optional<DestinationRecord>> get_destination(Reader& reader, std::string_view account,
                                                         std::string_view region, std::string_view name) {
  const auto bytes = TRY(reader.get(key_of(account, region, name)));
  if (!bytes) return std::optional<DestinationRecord>();
  return std::optional<DestinationRecord>(TRY(decode_destination(*bytes)));
}

Result<std::optional<DestinationRecord>> find_destination(Reader& reader, std::string_view arn) {
  const auto named = parse_resource_arn(arn, "api-destination");
  if (!named) return std::optional<DestinationRecord>();
  auto destination = TRY(get_destination(reader, named->account, named->region, named->name));
  if (destination && destination->arn != arn) destination.reset();
  return destination;
}

}  // namespace orrery::events
