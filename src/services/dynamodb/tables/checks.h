// What the service checks of a table's or an index's definition beyond its model, with its own words.
#pragma once

#include "services/dynamodb/tables/tables.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::dynamodb {

using Definitions = std::vector<AttributeDefinition>;
using Keys = std::vector<KeySchemaElement>;

inline constexpr std::size_t kMostLocalIndexes = 5;
inline constexpr std::size_t kMostGlobalIndexes = 20;
// Of all indexes of a table together; one that two indexes project counts twice
// (docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html).
inline constexpr std::size_t kMostProjected = 100;

bool is_defined(const Definitions& definitions, std::string_view name);

// All that CreateTable demands of keys, definitions, indexes and their throughput.
Result<> check_definition(const CreateTableInput& input, std::string_view region);

// One GSI or LSI's key schema against the definitions. NotImplemented for keys of more than two attributes.
Result<> check_index_schema(const Keys& keys, const Definitions& definitions);
Result<> check_projection(const Projection& projection);
// How many non-key attributes the table's indexes project, by name.
std::size_t projected_count(const TableDescription& description);
Result<> check_projected_count(std::size_t count);

// Of the table, or of `index` when that is not empty: capacity units, bounds and the account's limits (limits.h).
Result<> check_capacity(const ProvisionedThroughput& throughput, std::string_view index, std::string_view region);
// OnDemandThroughput of something made now. Values must be positive.
Result<> check_on_demand(const OnDemandThroughput& wanted, bool on_demand, std::string_view index);
// WarmThroughput of something made now; `provisioned` when it is not on demand.
Result<> check_warm(const WarmThroughput& wanted, const std::optional<ProvisionedThroughput>& provisioned,
                    std::string_view index);

Result<> check_encryption(const SSESpecification& specification);

}  // namespace orrery::dynamodb
