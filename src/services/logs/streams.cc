#include "services/logs/cleanup.h"
#include "services/logs/operations.h"
#include "services/logs/sequence_token.h"
#include "services/paging.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::logs {
namespace {

constexpr std::int64_t kStreamsAPage = 50;

LogStream describe(const Call& call, const GroupRecord& group, const StreamRecord& stream) {
  LogStream described;
  described.logStreamName = stream.name;
  described.creationTime = epoch_ms(stream.created);
  described.firstEventTimestamp = stream.first_event_ms;
  described.lastEventTimestamp = stream.last_event_ms;
  if (stream.last_ingestion_ms > 0) described.lastIngestionTime = stream.last_ingestion_ms;
  described.uploadSequenceToken = sequence_token(stream);
  described.arn = stream_arn(call, group.name, stream.name);
  // "As of June 17, 2019, this parameter is no longer supported for log streams, and is always reported as zero."
  described.storedBytes = 0;
  return described;
}

// Streams in the order of their last event; those without one are the oldest.
std::string time_position(const StreamRecord& stream) {
  return KeyWriter(KeyKind::LogStream)
      .u64(static_cast<std::uint64_t>(stream.last_event_ms.value_or(0)))
      .text(stream.name)
      .take();
}

Result<DescribeLogStreamsResponse> by_event_time(const Call& call, Reader& reader, const GroupRecord& group,
                                                 const DescribeLogStreamsRequest& input) {
  const bool descending = input.descending.value_or(false);
  std::optional<std::string> from;
  if (input.nextToken) {
    from = page_position(*input.nextToken);
    if (!from) return fail(invalid_token());
  }
  std::vector<std::pair<std::string, StreamRecord>> streams;
  const auto cursor = reader.scan(prefix_range(streams_prefix(group.number)));
  while (cursor->next()) {
    StreamRecord stream = TRY(decode_stream(cursor->value()));
    std::string position = time_position(stream);
    if (from && (descending ? position > *from : position < *from)) continue;
    streams.emplace_back(std::move(position), std::move(stream));
  }
  TRY(cursor->status());
  std::ranges::sort(streams,
                    [&](const auto& a, const auto& b) { return descending ? a.first > b.first : a.first < b.first; });
  DescribeLogStreamsResponse output;
  output.logStreams.emplace();
  const auto limit = static_cast<std::size_t>(input.limit.value_or(kStreamsAPage));
  for (const auto& [position, stream] : streams) {
    if (output.logStreams->size() == limit) {
      output.nextToken = page_token(position);
      break;
    }
    output.logStreams->push_back(describe(call, group, stream));
  }
  return output;
}

}  // namespace

Result<StreamRecord> existing_stream(Reader& reader, const GroupRecord& group, const std::string& name) {
  auto stream = TRY(get_stream(reader, group.number, name));
  if (!stream) return fail(errors::ResourceNotFoundException("The specified log stream does not exist."));
  return *std::move(stream);
}

Result<wire::Empty> create_log_stream(Call& call, Transaction& tx, const CreateLogStreamRequest& input) {
  const GroupRecord group = TRY(existing_group(tx, call, input.logGroupName));
  if (TRY(get_stream(tx, group.number, input.logStreamName))) {
    return fail(errors::ResourceAlreadyExistsException("The specified log stream already exists"));
  }
  StreamRecord stream;
  stream.name = input.logStreamName;
  stream.number = TRY(next_stream_number(tx, group.number));
  stream.created = call.now;
  TRY(put_stream(tx, group.number, stream));
  TRY(tx.put(stream_name_key(group.number, stream.number), stream.name));
  return wire::Empty{};
}

Result<DescribeLogStreamsResponse> describe_log_streams(Call& call, Reader& reader,
                                                        const DescribeLogStreamsRequest& input) {
  const std::string name = TRY(group_named(input.logGroupName, input.logGroupIdentifier));
  const GroupRecord group = TRY(existing_group(reader, call, name));
  const std::string prefix = input.logStreamNamePrefix.value_or("");
  if (input.orderBy == OrderBy::LastEventTime) {
    if (!prefix.empty()) {
      return fail(errors::InvalidParameterException("Cannot order by LastEventTime with a logStreamNamePrefix."));
    }
    return by_event_time(call, reader, group, input);
  }
  KeyRange range = prefix_range(streams_prefix(group.number));
  if (!prefix.empty()) {
    std::string begin = stream_key(group.number, prefix);
    begin.resize(begin.size() - 2);  // without the terminator: names that go on
    range = prefix_range(begin);
  }
  const Direction direction = input.descending.value_or(false) ? Direction::Reverse : Direction::Forward;
  DescribeLogStreamsResponse output;
  output.logStreams.emplace();
  output.nextToken =
      TRY(scan_page(reader, range, {input.nextToken, input.limit.value_or(kStreamsAPage), direction},
                    [&](Cursor& cursor) -> Result<bool> {
                      output.logStreams->push_back(describe(call, group, TRY(decode_stream(cursor.value()))));
                      return true;
                    }));
  return output;
}

Result<wire::Empty> delete_log_stream(Logs& logs, Call& call, Transaction& tx, const DeleteLogStreamRequest& input) {
  const GroupRecord group = TRY(existing_group(tx, call, input.logGroupName));
  const StreamRecord stream = TRY(existing_stream(tx, group, input.logStreamName));
  if (group.deletion_protection) {
    return fail(errors::ValidationException(
        "The log group has deletion protection enabled. Disable it before deleting the log stream."));
  }
  TRY(tx.erase(stream_key(group.number, stream.name)));
  TRY(tx.erase(stream_name_key(group.number, stream.number)));
  TRY(erase_later(logs, tx, group, &stream, call.now));
  return wire::Empty{};
}

}  // namespace orrery::logs
