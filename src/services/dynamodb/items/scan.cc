#include "services/dynamodb/operations.h"
#include "services/dynamodb/items/requests.h"
#include "services/dynamodb/tables/tables.h"

#include <limits>

namespace orrery::dynamodb {
namespace {

// A page ends with the item that reaches 1 MB
// (docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html#Scan.Pagination).
constexpr std::size_t kPageBytes = std::size_t{1024} * 1024;

Result<> check_segments(const ScanInput& input) {
  if (input.Segment && *input.Segment < 0) {
    return fail(validation_error("1 validation error detected: Value '" + std::to_string(*input.Segment) +
                                 "' at 'segment' failed to satisfy constraint: Member must have value greater than or "
                                 "equal to 0"));
  }
  if (input.Segment && !input.TotalSegments) {
    return fail(validation_error(
        "The TotalSegments parameter is required but was not present in the request when Segment parameter is "
        "present"));
  }
  if (input.TotalSegments && !input.Segment) {
    return fail(validation_error(
        "The Segment parameter is required but was not present in the request when parameter TotalSegments is "
        "present"));
  }
  if (input.Segment && *input.Segment >= *input.TotalSegments) {
    return fail(validation_error(
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: " +
        std::to_string(*input.Segment) + " is not less than TotalSegments: " + std::to_string(*input.TotalSegments)));
  }
  return {};
}

Result<> check_select(const ScanInput& input) {
  if (input.Select == Select::ALL_PROJECTED_ATTRIBUTES) {
    return fail(validation_error("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"));
  }
  if (input.Select == Select::SPECIFIC_ATTRIBUTES) {
    return fail(validation_error(
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"));
  }
  return {};
}

Result<> check(const ScanInput& input) {
  TRY(refuse("Scan", {{"FilterExpression", input.FilterExpression.has_value()},
                      {"ProjectionExpression", input.ProjectionExpression.has_value()},
                      {"ScanFilter", input.ScanFilter.has_value()},
                      {"AttributesToGet", input.AttributesToGet.has_value()},
                      {"ConditionalOperator", input.ConditionalOperator.has_value()}}));
  TRY(refuse_stray_placeholders(input.ExpressionAttributeNames.has_value(), input.ExpressionAttributeValues.has_value(),
                                "FilterExpression"));
  TRY(check_segments(input));
  return check_select(input);
}

// Keys start with a hash of 8 bytes: segment i of n is the i-th n-th of the hashes.
std::string segment_start(const std::string& prefix, std::int64_t segment, std::int64_t total) {
  const auto n = static_cast<item::Uint128>(total);
  const item::Uint128 hash = ((static_cast<item::Uint128>(segment) << 64) + n - 1) / n;
  std::string out = prefix;
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(static_cast<std::uint64_t>(hash) >> shift);
  return out;
}

KeyRange scanned_range(const Table& table, const ScanInput& input) {
  KeyRange range = prefix_range(table.items_prefix());
  if (!input.Segment) return range;
  if (*input.Segment + 1 < *input.TotalSegments) {
    range.end = segment_start(range.begin, *input.Segment + 1, *input.TotalSegments);
  }
  range.begin = segment_start(range.begin, *input.Segment, *input.TotalSegments);
  return range;
}

// Moves the range's begin behind the last key of the page before.
Result<> start_after(const Table& table, const ScanInput& input, KeyRange& range) {
  if (!input.ExclusiveStartKey) return {};
  auto key = item::key_of_key(table.keys, *input.ExclusiveStartKey);
  if (!key) {
    Error error = std::move(key).error();
    error.message = "The provided starting key is invalid: " + error.message;
    return fail(std::move(error));
  }
  std::string start = table.item_key(*key);
  if (start < range.begin || (!range.end.empty() && start >= range.end)) {
    return fail(validation_error(
        "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct "
        "Segment. TotalSegments: " +
        std::to_string(*input.TotalSegments) + " Segment: " + std::to_string(*input.Segment)));
  }
  range.begin = std::move(start) + '\0';
  return {};
}

}  // namespace

Result<ScanOutput> scan(Call& call, Reader& reader, const ScanInput& input) {
  TRY(check(input));
  const auto table = TRY(table_for_items(reader, call, input.TableName));
  if (input.IndexName) {
    return fail(validation_error("The table does not have the specified index: " + *input.IndexName));
  }
  KeyRange range = scanned_range(*table, input);
  TRY(start_after(*table, input, range));

  ScanOutput output;
  const bool counting = input.Select == Select::COUNT;
  if (!counting) output.Items.emplace();
  const std::int64_t limit = input.Limit.value_or(std::numeric_limits<std::int64_t>::max());
  std::int64_t count = 0;
  std::size_t size = 0;
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    const item::ItemView found(cursor->value());
    ++count;
    size += found.size_bytes();
    if (!counting) output.Items->emplace_back(found);
    if (count == limit || size >= kPageBytes) {
      output.LastEvaluatedKey = item::key_attributes(table->keys, found);
      break;
    }
  }
  TRY(cursor->status());
  output.Count = count;
  output.ScannedCount = count;
  output.ConsumedCapacity =
      consumed(input.ReturnConsumedCapacity, input.TableName, read_units(size, input.ConsistentRead.value_or(false)));
  return output;
}

}  // namespace orrery::dynamodb
