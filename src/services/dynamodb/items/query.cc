#include "services/dynamodb/items/page_reply.h"
#include "services/dynamodb/operations.h"

namespace orrery::dynamodb {
namespace {

// The range that follows the page before. The order of these checks is the service's.
Result<> resume(const Source& source, const expression::KeyCondition& condition, const QueryInput& input,
                KeyRange& range) {
  const std::string key = TRY(start_key(source, *input.ExclusiveStartKey));
  const auto partition = input.ExclusiveStartKey->find(source.keys().partition.name);
  const bool same_partition = *partition == condition.partition;
  if (!condition.sort) {
    if (!same_partition) {
      return fail(
          validation_error("The provided starting key is outside query boundaries based on provided conditions"));
    }
  } else {
    // In the partition of the starting key itself: only the sort condition decides.
    expression::KeyCondition elsewhere = condition;
    elsewhere.partition = *partition;
    const KeyRange matching = TRY(range_of(source, elsewhere));
    if (key < matching.begin || key >= matching.end) {
      return fail(validation_error("The provided starting key does not match the range key predicate"));
    }
    if (!same_partition) {
      return fail(validation_error("The query can return at most one row and cannot be restarted"));
    }
  }
  start_after(range, key, input.ScanIndexForward.value_or(true) ? Direction::Forward : Direction::Reverse);
  return {};
}

Result<> check_filter(const Source& source, const ReadTerms& terms) {
  TRY(terms.legacy_filter.empty() ? expression::check_query_filter(terms.filter, source.keys())
                                  : expression::legacy::check_query_filter(terms.legacy_filter, source.keys()));
  return check_filter_projected(source, terms.filter);
}

}  // namespace

Result<QueryOutput> query(DynamoDb& dynamodb, Call& call, Reader& reader, const QueryInput& input) {
  const ReadTerms terms = TRY(terms_of(input));
  const Source source = TRY(source_of(TRY(table_for_items(reader, call, input.TableName)), input.IndexName,
                                      input.ConsistentRead.value_or(false)));
  TRY(check_key_paths(source, terms));
  const expression::KeyCondition condition = TRY(terms.key->match(source.keys()));

  PageRequest request;
  request.source = &source;
  request.range = TRY(range_of(source, condition));
  if (input.ExclusiveStartKey) TRY(resume(source, condition, input, request.range));
  const Selection selection = TRY(selection_of(source, input.Select, terms));
  TRY(check_filter(source, terms));
  request.direction = input.ScanIndexForward.value_or(true) ? Direction::Forward : Direction::Reverse;
  return page_reply<QueryOutput>(dynamodb, reader, "Query", input, terms, selection, std::move(request));
}

}  // namespace orrery::dynamodb
