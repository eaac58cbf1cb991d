// The second half of a Query and a Scan, which is the same: one page is read, paid for, and told.
#pragma once

#include "services/dynamodb/dynamodb.h"
#include "services/dynamodb/items/page_terms.h"
#include "services/dynamodb/tables/metrics.h"

namespace orrery::dynamodb {

// `operation`: its name. `request` has the source, the range and the direction. Errors: of the store, and of throughput
// that is used up.
template <class Output, class Input>
Result<Output> page_reply(DynamoDb& dynamodb, Reader& reader, std::string_view operation, const Input& input,
                          const ReadTerms& terms, const Selection& selection, PageRequest request) {
  const Source& source = *request.source;
  const bool consistent = input.ConsistentRead.value_or(false);
  if (input.Limit) request.limit = *input.Limit;
  if (!terms.filter.always()) request.filter = &terms.filter;
  if (terms.projection) request.projection = &*terms.projection;
  request.fetch = selection.fetch;
  request.counting = selection.counting;
  Page page = TRY(read_page(reader, request));
  Meter meter(dynamodb.throughput);
  if (meter.on()) TRY(meter.spend(page_charges(source, page, consistent)));
  if (MetricSink* const metrics = dynamodb.throughput.metrics()) {
    meter.note(*source.table, page_consumption(source, page, consistent), Use::Read);
    publish_returned(*metrics, source.table->description.TableArn.value_or(""), operation,
                     static_cast<double>(page.count));
  }

  Output output;
  output.ConsumedCapacity = page_capacity(input.ReturnConsumedCapacity, input.TableName, source, page, consistent);
  if (!selection.counting) output.Items = std::move(page.items);
  output.Count = page.count;
  output.ScannedCount = page.scanned;
  output.LastEvaluatedKey = std::move(page.last);
  return output;
}

}  // namespace orrery::dynamodb
