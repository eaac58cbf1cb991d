#include "base/arn.h"
#include "services/dynamodb/streams/operations.h"

namespace orrery::dynamodb {
namespace {

constexpr std::int64_t kMostStreams = 100;

// Streams are listed in the order of their tables' names, then of their labels: the stream need not exist any more.
Result<std::string> start_after(const Call& call, std::string_view text) {
  const auto arn = Arn::parse(text);
  const std::string_view resource = arn ? std::string_view(arn->resource) : std::string_view();
  const auto mark = resource.find("/stream/");
  if (!arn || !resource.starts_with("table/") || mark == std::string_view::npos || arn->account != call.account ||
      arn->region != call.region) {
    return fail(validation_error("Invalid ExclusiveStartStreamArn: " + std::string(text)));
  }
  const TableName name{call.account, call.region, std::string(resource.substr(6, mark - 6))};
  return stream_key(name, resource.substr(mark + std::string_view("/stream/").size())) + '\0';
}

}  // namespace

Result<streams::ListStreamsOutput> list_streams(Call& call, Reader& reader, const streams::ListStreamsInput& input) {
  const std::size_t limit = TRY(page_limit(input.Limit, kMostStreams));
  KeyRange range = prefix_range(input.TableName ? streams_prefix(TRY(parse_own_table_name(call, *input.TableName)))
                                                : streams_prefix(call.account, call.region));
  if (input.ExclusiveStartStreamArn) {
    range.begin = std::max(range.begin, TRY(start_after(call, *input.ExclusiveStartStreamArn)));
  }
  streams::ListStreamsOutput output;
  auto& list = output.Streams.emplace();
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    const StreamRow row = TRY(decode_stream(cursor->key(), cursor->value()));
    if (!is_readable(row, call.now)) continue;
    if (list.size() == limit) {
      output.LastEvaluatedStreamArn = list.back().StreamArn;
      break;
    }
    streams::Stream& one = list.emplace_back();
    one.StreamArn = row.arn();
    one.TableName = row.table.name;
    one.StreamLabel = row.label;
  }
  TRY(cursor->status());
  return output;
}

}  // namespace orrery::dynamodb
