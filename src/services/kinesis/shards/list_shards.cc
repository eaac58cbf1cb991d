#include "services/kinesis/operations.h"
#include "services/kinesis/shards/shown.h"
#include "services/paging.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::kinesis {
namespace {

constexpr std::int64_t kShardsAPage = 1000;
constexpr Millis kTokenLife = std::chrono::seconds(300);

// "Tokens expire after 300 seconds." What was asked for goes on with them: the KCL names its filter only once.
struct Token {
  StreamName stream;
  ShardNumber after = 0;
  Instant issued;
  std::optional<ShardFilter> filter;
};

std::string to_text(const Token& token) {
  return page_token(
      KeyWriter(KeyKind::KinesisStream)
          .text(token.stream.account)
          .text(token.stream.region)
          .text(token.stream.name)
          .u64(token.after)
          .u64(static_cast<std::uint64_t>(epoch_ms(token.issued)))
          .text(token.filter ? token.filter->Type : "")
          .text(token.filter ? token.filter->ShardId.value_or("") : "")
          .u64(token.filter ? static_cast<std::uint64_t>(epoch_ms(token.filter->Timestamp.value_or(Instant()))) : 0)
          .take());
}

// Only what belongs to the type was written.
std::optional<ShardFilter> read_filter(KeyReader& reader) {
  ShardFilter filter;
  filter.Type = reader.text();
  std::string shard = reader.text();
  const Instant time = instant_from_ms(static_cast<std::int64_t>(reader.u64()));
  if (filter.Type.empty()) return std::nullopt;
  if (filter.Type == ShardFilterType::AFTER_SHARD_ID) {
    filter.ShardId = std::move(shard);
  } else {
    filter.Timestamp = time;
  }
  return filter;
}

std::optional<Token> read_token(const std::string& text) {
  const auto bytes = page_position(text);
  KeyReader reader(bytes ? std::string_view(*bytes) : std::string_view());
  Token token;
  token.stream.account = reader.text();
  token.stream.region = reader.text();
  token.stream.name = reader.text();
  token.after = static_cast<ShardNumber>(reader.u64());
  token.issued = instant_from_ms(static_cast<std::int64_t>(reader.u64()));
  token.filter = read_filter(reader);
  if (!reader.ok()) return std::nullopt;
  return token;
}

Result<Token> parse_token(const std::string& text, Instant now) {
  const auto token = read_token(text);
  if (!token) return fail(invalid_argument("NextToken is invalid."));
  if (token->issued + kTokenLife < now) {
    return fail(errors::ExpiredNextTokenException("The pagination token passed to the operation is expired."));
  }
  return *token;
}

namespace Type = ShardFilterType;

Result<> check_filter(const ShardFilter& filter) {
  const bool by_time = filter.Type == Type::AT_TIMESTAMP || filter.Type == Type::FROM_TIMESTAMP;
  const bool by_shard = filter.Type == Type::AFTER_SHARD_ID;
  if (by_time != filter.Timestamp.has_value()) {
    return fail(invalid_argument(std::string("ShardFilter of type ") + filter.Type + (by_time ? " must" : " must not") +
                                 " specify a Timestamp."));
  }
  if (by_shard != filter.ShardId.has_value()) {
    return fail(invalid_argument(std::string("ShardFilter of type ") + filter.Type +
                                 (by_shard ? " must" : " must not") + " specify a ShardId."));
  }
  return {};
}

// A child takes over at the moment at which its parents are closed, although the second of its number is a later one.
// Parents that are forgotten were closed before anything that is kept.
bool begun(const StreamRow& stream, const ShardRow& shard, Instant time) {
  if (!shard.parent) return instant_from_ms(shard.created_s * 1000) <= time;
  const ShardRow* parent = stream.find_shard(*shard.parent);
  return parent == nullptr || !parent->closed || *parent->closed <= time;
}

// docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html
bool passes(const StreamRow& stream, const ShardRow& shard, const std::optional<ShardFilter>& filter, Instant now) {
  if (!filter) return true;
  const Instant horizon = now - stream.retention();
  if (filter->Type == Type::AFTER_SHARD_ID) return shard.id() > *filter->ShardId;
  if (filter->Type == Type::AT_LATEST) return !shard.closed;
  // Of shards that were there, those that were open at that time; never before the stream itself was.
  const auto open_at = [&](Instant asked) {
    const Instant time = std::max(asked, stream.created);
    return begun(stream, shard, time) && (!shard.closed || *shard.closed >= time);
  };
  if (filter->Type == Type::AT_TRIM_HORIZON) return open_at(horizon);
  if (filter->Type == Type::AT_TIMESTAMP) return open_at(*filter->Timestamp);
  if (filter->Type == Type::FROM_TIMESTAMP) return !shard.closed || *shard.closed >= *filter->Timestamp;
  return true;  // FROM_TRIM_HORIZON
}

Result<> check_together(const ListShardsInput& input) {
  if (!input.NextToken) return {};
  if (input.StreamName || input.StreamARN) {
    return fail(invalid_argument("NextToken and StreamName cannot be provided together."));
  }
  if (input.ExclusiveStartShardId) {
    return fail(invalid_argument("NextToken and ExclusiveStartShardId cannot be provided together."));
  }
  return {};
}

}  // namespace

std::optional<StreamName> stream_in_token(const std::string& text) {
  const auto token = read_token(text);
  if (!token) return std::nullopt;
  return token->stream;
}

Shard shown(const ShardRow& shard) {
  Shard out;
  out.ShardId = shard.id();
  if (shard.parent) out.ParentShardId = shard_id(*shard.parent);
  if (shard.adjacent) out.AdjacentParentShardId = shard_id(*shard.adjacent);
  out.HashKeyRange.StartingHashKey = to_text(shard.begin);
  out.HashKeyRange.EndingHashKey = to_text(shard.end);
  out.SequenceNumberRange.StartingSequenceNumber = shard.starting();
  out.SequenceNumberRange.EndingSequenceNumber = shard.ending();
  return out;
}

Result<ListShardsOutput> list_shards(Kinesis& kinesis, Call& call, Reader& reader, const ListShardsInput& input) {
  TRY(check_together(input));
  if (input.ShardFilter) TRY(check_filter(*input.ShardFilter));
  std::optional<Token> token;
  if (input.NextToken) token = TRY(parse_token(*input.NextToken, call.now));
  const auto& filter = token && !input.ShardFilter ? token->filter : input.ShardFilter;
  const StreamName name = token ? token->stream : TRY(stream_meant(call, input.StreamName, input.StreamARN));
  const KnownStream stream = TRY(existing_stream(kinesis, reader, name));
  // "Specify this … to distinguish between data streams that have the same name": whole seconds, as clients send it.
  if (input.StreamCreationTimestamp &&
      epoch_ms(*input.StreamCreationTimestamp) / 1000 != epoch_ms(stream->created) / 1000) {
    return fail(not_found(name));
  }
  const auto most = static_cast<std::size_t>(input.MaxResults.value_or(kShardsAPage));
  ListShardsOutput output;
  auto& shards = output.Shards.emplace();
  std::optional<ShardNumber> last;
  for (const ShardRow& shard : stream->shards) {
    if (!stream->shows(shard, call.now) || !passes(*stream, shard, filter, call.now)) continue;
    if (token && shard.number <= token->after) continue;
    if (input.ExclusiveStartShardId && shard.id() <= *input.ExclusiveStartShardId) continue;
    if (shards.size() == most) {
      output.NextToken = to_text(Token{name, *last, call.now, filter});
      break;
    }
    shards.push_back(shown(shard));
    last = shard.number;
  }
  return output;
}

}  // namespace orrery::kinesis
