#include "services/dynamodb/items/page_reply.h"
#include "services/dynamodb/operations.h"

namespace orrery::dynamodb {
namespace {

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

// Keys start with a hash of 8 bytes: segment i of n is the i-th n-th of the hashes.
std::string segment_start(const std::string& prefix, std::int64_t segment, std::int64_t total) {
  const auto n = static_cast<item::Uint128>(total);
  const item::Uint128 hash = ((static_cast<item::Uint128>(segment) << 64) + n - 1) / n;
  std::string out = prefix;
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(static_cast<std::uint64_t>(hash) >> shift);
  return out;
}

KeyRange scanned_range(const Source& source, const ScanInput& input) {
  KeyRange range = prefix_range(source.prefix());
  if (!input.Segment) return range;
  if (*input.Segment + 1 < *input.TotalSegments) {
    range.end = segment_start(range.begin, *input.Segment + 1, *input.TotalSegments);
  }
  range.begin = segment_start(range.begin, *input.Segment, *input.TotalSegments);
  return range;
}

// Moves the range's begin behind the last key of the page before.
Result<> resume(const Source& source, const ScanInput& input, KeyRange& range) {
  const std::string start = TRY(start_key(source, *input.ExclusiveStartKey));
  if (start < range.begin || start >= range.end) {
    return fail(validation_error(
        "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct "
        "Segment. TotalSegments: " +
        std::to_string(*input.TotalSegments) + " Segment: " + std::to_string(*input.Segment)));
  }
  start_after(range, start, Direction::Forward);
  return {};
}

}  // namespace

Result<ScanOutput> scan(DynamoDb& dynamodb, Call& call, Reader& reader, const ScanInput& input) {
  TRY(check_segments(input));
  const ReadTerms terms = TRY(terms_of(input));
  const Source source = TRY(source_of(TRY(table_for_items(reader, call, input.TableName)), input.IndexName,
                                      input.ConsistentRead.value_or(false)));

  TRY(check_key_paths(source, terms));
  PageRequest request;
  request.source = &source;
  request.range = scanned_range(source, input);
  const Selection selection = TRY(selection_of(source, input.Select, terms));
  if (input.ExclusiveStartKey) TRY(resume(source, input, request.range));
  return page_reply<ScanOutput>(dynamodb, reader, "Scan", input, terms, selection, std::move(request));
}

}  // namespace orrery::dynamodb
