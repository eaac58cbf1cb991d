// What is stored of API destinations.
#pragma once

#include "services/events/connections/records.h"

namespace orrery::events {

inline constexpr std::int64_t kUsualRate = 300;  // invocations a second, also the default quota

struct DestinationRecord {
  std::string account, region, name, arn;
  std::string description, connection_arn, endpoint, method;
  std::int64_t rate = kUsualRate;
  Instant created, modified;
};

std::string destinations_prefix(std::string_view account, std::string_view region);
std::string destination_key(const DestinationRecord& destination);
Result<DestinationRecord> decode_destination(std::string_view bytes);
Result<> put_destination(Transaction& tx, const DestinationRecord& destination);
Result<std::optional<DestinationRecord>> get_destination(Reader& reader, std::string_view account,
                                                         std::string_view region, std::string_view name);
// By its ARN, which a later destination of the same name does not have.
Result<std::optional<DestinationRecord>> find_destination(Reader& reader, std::string_view arn);

}  // namespace orrery::events
