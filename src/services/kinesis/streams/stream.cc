#include "services/kinesis/streams/stream.h"

#include "base/arn.h"
#include "services/record.h"
#include "store/key.h"

#include <algorithm>
#include <functional>

namespace orrery::kinesis {
namespace {

json::value number_or_null(const std::optional<ShardNumber>& number) {
  return number ? json::value(static_cast<std::int64_t>(*number)) : json::value();
}

// A stream may have thousands of shards: an array for each.
json::array encode(const ShardRow& shard) {
  return {static_cast<std::int64_t>(shard.number),
          to_text(shard.begin),
          to_text(shard.end),
          shard.created_s,
          number_or_null(shard.parent),
          number_or_null(shard.adjacent),
          shard.closed ? json::value(epoch_ms(*shard.closed)) : json::value()};
}

json::array encode(const std::vector<Instant>& times) {
  json::array out;
  for (const Instant at : times) out.push_back(epoch_ms(at));
  return out;
}

std::optional<ShardNumber> number_in(const json::value& value) {
  if (!value.is_int64()) return std::nullopt;
  return static_cast<ShardNumber>(value.get_int64());
}

Result<ShardRow> decode_shard(const json::value& value) {
  if (!value.is_array() || value.get_array().size() < 7) return fail(internal_error("corrupt record: shard"));
  const json::array& parts = value.get_array();
  ShardRow shard;
  shard.number = number_in(parts[0]).value_or(0);
  if (parts[1].is_string()) shard.begin = parse_hash_key(parts[1].get_string()).value_or(0);
  if (parts[2].is_string()) shard.end = parse_hash_key(parts[2].get_string()).value_or(0);
  if (parts[3].is_int64()) shard.created_s = parts[3].get_int64();
  shard.parent = number_in(parts[4]);
  shard.adjacent = number_in(parts[5]);
  if (parts[6].is_int64()) shard.closed = instant_from_ms(parts[6].get_int64());
  return shard;
}

const json::array& array_in(const json::value& document, std::string_view name) {
  static const json::array none;
  const json::value* found = find(document, name);
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

std::vector<Instant> instants_in(const json::value& document, std::string_view name) {
  std::vector<Instant> out;
  for (const json::value& at : array_in(document, name)) {
    if (at.is_int64()) out.push_back(instant_from_ms(at.get_int64()));
  }
  return out;
}

}  // namespace

std::string ShardRow::sequence_number(std::uint64_t index, Instant at) const {
  return to_text(SequenceNumber{created_s, number, index, epoch_ms(at) / 1000});
}
std::string ShardRow::starting() const { return to_text(SequenceNumber{created_s, number, 0, created_s}); }
std::optional<std::string> ShardRow::ending() const {
  if (!closed) return std::nullopt;
  return sequence_number(kLastIndex, *closed);
}

std::string StreamName::arn() const { return make_arn("kinesis", region, account, "stream/" + name); }

const ShardRow* StreamRow::find_shard(ShardNumber wanted) const {
  const auto found = std::ranges::lower_bound(shards, wanted, {}, &ShardRow::number);
  return found == shards.end() || found->number != wanted ? nullptr : &*found;
}
ShardRow* StreamRow::find_shard(ShardNumber wanted) {
  return const_cast<ShardRow*>(static_cast<const StreamRow*>(this)->find_shard(wanted));  // NOLINT
}

const ShardRow& StreamRow::shard_of(HashKey key) const {
  const auto place = std::ranges::lower_bound(open, key, {}, [&](std::size_t index) { return shards[index].end; });
  return shards[*place];
}

void StreamRow::sort_open() {
  open.clear();
  for (std::size_t i = 0; i < shards.size(); ++i) {
    if (!shards[i].closed) open.push_back(i);
  }
  std::ranges::sort(open, {}, [&](std::size_t index) { return shards[index].begin; });
}

std::string streams_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::KinesisStream).text(account).text(region).take();
}
std::string stream_key(const StreamName& name) {
  return KeyWriter(KeyKind::KinesisStream).text(name.account).text(name.region).text(name.name).take();
}

std::string encode_stream(const StreamRow& stream) {
  json::array shards;
  for (const ShardRow& shard : stream.shards) shards.push_back(encode(shard));
  return encode_record(json::object{{"account", stream.name.account},
                                    {"region", stream.name.region},
                                    {"name", stream.name.name},
                                    {"number", static_cast<std::int64_t>(stream.number)},
                                    {"id", stream.id},
                                    {"created_ms", epoch_ms(stream.created)},
                                    {"on_demand", stream.on_demand},
                                    {"retention_hours", stream.retention_hours},
                                    {"key", stream.key_id},
                                    {"record_kib", stream.most_record_kib},
                                    {"warm_mibps", stream.warm_mibps},
                                    {"distributes", stream.distributes},
                                    {"next_shard", static_cast<std::int64_t>(stream.next_shard)},
                                    {"shards", std::move(shards)},
                                    {"scalings", encode(stream.scalings)},
                                    {"switches", encode(stream.switches)}});
}

Result<StreamRow> decode_stream(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  const auto number = [&](const char* name) { return find_int(document, name).value_or(0); };
  StreamRow stream;
  stream.name = {text_of(document, "account"), text_of(document, "region"), text_of(document, "name")};
  stream.number = static_cast<std::uint64_t>(number("number"));
  stream.id = text_of(document, "id");
  stream.created = instant_from_ms(number("created_ms"));
  stream.on_demand = find_bool(document, "on_demand").value_or(false);
  stream.retention_hours = number("retention_hours");
  stream.key_id = text_of(document, "key");
  stream.most_record_kib = number("record_kib");
  stream.warm_mibps = number("warm_mibps");
  stream.distributes = find_bool(document, "distributes").value_or(false);
  stream.next_shard = static_cast<ShardNumber>(number("next_shard"));
  for (const json::value& shard : array_in(document, "shards")) stream.shards.push_back(TRY(decode_shard(shard)));
  stream.scalings = instants_in(document, "scalings");
  stream.switches = instants_in(document, "switches");
  stream.sort_open();
  return stream;
}

Result<> put_stream(Transaction& tx, const StreamRow& stream) {
  return tx.put(stream_key(stream.name), encode_stream(stream));
}

Result<std::uint64_t> next_stream_number(Transaction& tx) {
  const std::string key = KeyWriter(KeyKind::KinesisCounter).take();
  const auto bytes = TRY(tx.get(key));
  const std::uint64_t number = (bytes ? KeyReader(*bytes).u64() : 0) + 1;
  TRY(tx.put(key, KeyWriter(KeyKind::KinesisCounter).u64(number).take()));
  return number;
}

}  // namespace orrery::kinesis
