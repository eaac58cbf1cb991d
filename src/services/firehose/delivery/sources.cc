#include "services/firehose/delivery/sources.h"

#include "base/encode.h"
#include "base/log.h"
#include "services/firehose/delivery/buffer.h"
#include "services/firehose/metrics.h"
#include "store/key.h"

#include <set>

namespace orrery::firehose {
namespace {

constexpr std::int64_t kPage = 1000;
// Of a shard, in one step: other shards and other streams have their turn in between, and a stop need not wait for all.
constexpr int kPagesAStep = 20;
constexpr Millis kTroubledPause = std::chrono::minutes(1);
constexpr std::string_view kEnd = "end";  // of a checkpoint: the shard is read to its end

Result<Caller> reader_role(Firehose& firehose, Transaction& tx, const StreamRow& stream) {
  return as_role(firehose, tx, stream.name, stream.source->RoleARN.value_or(""));
}

json::object iterator_input(const StreamRow& stream, const std::string& shard,
                            const std::optional<std::string>& checkpoint) {
  json::object input{{"StreamARN", stream.source->KinesisStreamARN.value_or("")}, {"ShardId", shard}};
  if (checkpoint) {
    input["ShardIteratorType"] = "AFTER_SEQUENCE_NUMBER";
    input["StartingSequenceNumber"] = *checkpoint;
  } else {
    input["ShardIteratorType"] = "AT_TIMESTAMP";
    const Instant start = stream.source->DeliveryStartTimestamp.value_or(stream.created);
    input["Timestamp"] = static_cast<double>(epoch_ms(start)) / 1000;
  }
  return input;
}

}  // namespace

Result<> check_source(Firehose& firehose, Transaction& tx, const StreamRow& stream) {
  const std::string arn = stream.source->KinesisStreamARN.value_or("");
  auto read = [&]() -> Result<> {
    const Caller caller = TRY(reader_role(firehose, tx, stream));
    TRY(firehose.dispatcher.dispatch(tx, caller, "kinesis", "DescribeStream", json::object{{"StreamARN", arn}}));
    return {};
  }();
  if (read || read.error().kind != Error::Kind::Api) return read;
  return fail(invalid("Role " + stream.source->RoleARN.value_or("") + " is not able to read the stream " + arn + " (" +
                      read.error().code + ": " + read.error().message + ")"));
}

void read_later(Firehose& firehose, Transaction& tx, const StreamName& name) {
  tx.on_commit([&firehose, key = stream_key(name)] {
    if (firehose.sources) firehose.sources->call(key);
  });
}

void Sources::start() {
  const auto reader = firehose_.store.snapshot();
  const auto cursor = reader->scan(prefix_range(KeyWriter(KeyKind::DeliveryStream).take()));
  while (cursor->next()) {
    const auto stream = decode_stream(cursor->value());
    if (stream && stream->source) call(std::string(cursor->key()));
  }
}

void Sources::step(const std::string& key) {
  const auto bytes = firehose_.store.snapshot()->get(key);
  if (!bytes) return trouble(key, bytes.error());
  if (!*bytes) {
    listening_.erase(key);
    return;
  }
  const auto stream = decode_stream(**bytes);
  if (!stream) return trouble(key, stream.error());
  if (!stream->source) return;
  auto& listening = listening_[key];
  if (!listening) {
    listening = wakes_.listen(stream->source->KinesisStreamARN.value_or(""), [this, key] { call(key); });
  }
  const Result<bool> more = read(*stream);
  if (!more) return trouble(key, more.error());
  if (*more) call(key);
}

Result<bool> Sources::read(const StreamRow& stream) {
  std::set<std::string> behind;  // not read to the end; their children wait
  for (const SourceShard& shard : TRY(shards_of(stream))) {
    const bool waits = behind.contains(shard.parent) || behind.contains(shard.adjacent);
    bool more = waits;
    for (int page = 0; page < kPagesAStep && !waits; ++page) {
      more = TRY(read_page(stream, shard.id));
      if (!more) break;
    }
    if (more) behind.insert(shard.id);
  }
  return !behind.empty();
}

Result<std::vector<Sources::SourceShard>> Sources::shards_of(const StreamRow& stream) {
  return firehose_.store.transact([&](Transaction& tx) -> Result<std::vector<SourceShard>> {
    const Caller caller = TRY(reader_role(firehose_, tx, stream));
    std::vector<SourceShard> out;
    json::object input{{"StreamARN", stream.source->KinesisStreamARN.value_or("")}};
    for (;;) {
      const json::value answer = TRY(firehose_.dispatcher.dispatch(tx, caller, "kinesis", "ListShards", input));
      if (const json::value* shards = find(answer, "Shards"); shards != nullptr && shards->is_array()) {
        for (const json::value& one : shards->get_array()) {
          out.push_back(
              {text_of(one, "ShardId"), text_of(one, "ParentShardId"), text_of(one, "AdjacentParentShardId")});
        }
      }
      const auto next = find_string(answer, "NextToken");
      if (!next) return out;
      input = {{"NextToken", *next}};
    }
  });
}

// What is read, and how far, is written in one transaction: nothing comes twice, nothing is left out.
Result<bool> Sources::read_page(const StreamRow& stream, const std::string& shard) {
  return firehose_.store.transact([&](Transaction& tx) -> Result<bool> {
    const auto now_stored = TRY(find_stream(tx, stream.name));
    if (!now_stored || now_stored->id != stream.id) return false;
    const std::string key = checkpoint_key(stream, shard);
    const auto checkpoint = TRY(tx.get(key));
    if (checkpoint == kEnd) return false;
    const Caller caller = TRY(reader_role(firehose_, tx, stream));
    const json::value at = TRY(firehose_.dispatcher.dispatch(tx, caller, "kinesis", "GetShardIterator",
                                                             iterator_input(stream, shard, checkpoint)));
    const json::object input{{"ShardIterator", text_of(at, "ShardIterator")}, {"Limit", kPage}};
    const json::value page = TRY(firehose_.dispatcher.dispatch(tx, caller, "kinesis", "GetRecords", input));
    const json::value* records = find(page, "Records");
    const bool ended = !find_string(page, "NextShardIterator");
    if (records == nullptr || !records->is_array() || records->get_array().empty()) {
      if (ended) TRY(tx.put(key, kEnd));
      return false;
    }
    std::vector<std::string> data;
    std::size_t bytes = 0;
    data.reserve(records->get_array().size());
    for (const json::value& record : records->get_array()) {
      data.push_back(unbase64(text_of(record, "Data")).value_or(""));
      bytes += data.back().size();
    }
    const std::vector<std::string_view> views(data.begin(), data.end());
    TRY(append(firehose_, tx, *now_stored, views, firehose_.clock.now()));
    TRY(tx.put(key, text_of(records->get_array().back(), "SequenceNumber")));
    if (firehose_.metrics != nullptr) {
      tx.on_commit([this, name = stream.name, many = data.size(), bytes] {
        count_put(*firehose_.metrics, name, "", many, bytes);
      });
    }
    return true;
  });
}

// Tried again when something is written there, or after a while.
void Sources::trouble(const std::string& key, const Error& error) {
  log::warning("the source of a delivery stream cannot be read", {{"reason", error.code + ": " + error.message}});
  const auto armed = firehose_.store.transact([&](Transaction& tx) {
    return firehose_.background.arm(
        tx, {std::string(kSourceTimer), hex(key), firehose_.clock.now() + kTroubledPause, hex(key)});
  });
  if (!armed) log::error("a source rests until something comes", {{"reason", armed.error().message}});
}

}  // namespace orrery::firehose
