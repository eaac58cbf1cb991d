// DynamoDB's streams and Kinesis' data streams as sources: the same calls, in other words.
#include "base/encode.h"
#include "services/lambda/event_sources/source.h"

#include <cmath>

namespace orrery::lambda {
namespace {

// Timestamps are numbers of seconds, perhaps with a fraction.
Instant instant_of(const json::value* value) {
  if (value == nullptr || !value->is_number()) return {};
  return instant_from_ms(std::llround(value->to_number<double>() * 1000));
}

json::value plain_seconds(const json::value& value) {
  if (!value.is_double() || std::floor(value.get_double()) != value.get_double()) return value;
  return static_cast<std::int64_t>(value.get_double());
}

class StreamReader : public StreamSource {
 public:
  StreamReader(Dispatcher& dispatcher, Transaction& tx, const Caller& caller, const std::string& arn)
      : dispatcher_(dispatcher), tx_(tx), caller_(caller), arn_(arn) {}

  Result<std::string> iterator(const std::string& shard, const Position& from) override {
    shard_ = shard;
    json::object input = named();
    input["ShardId"] = shard;
    if (from.kind == Position::Kind::After) {
      input["ShardIteratorType"] = "AFTER_SEQUENCE_NUMBER";
      input[sequence_member()] = from.sequence;
    } else if (from.kind == Position::Kind::AtTime) {
      input["ShardIteratorType"] = "AT_TIMESTAMP";
      input["Timestamp"] = static_cast<double>(epoch_ms(from.at)) / 1000;
    } else {
      input["ShardIteratorType"] = "TRIM_HORIZON";
    }
    return text_of(TRY(ask("GetShardIterator", input)), "ShardIterator");
  }

  Result<SourcePage> read(const std::string& iterator, std::size_t limit) override {
    const json::value answer =
        TRY(ask("GetRecords", json::object{{"ShardIterator", iterator}, {"Limit", static_cast<std::int64_t>(limit)}}));
    SourcePage page;
    if (const auto next = find_string(answer, "NextShardIterator")) page.next = std::string(*next);
    const json::value* records = find(answer, "Records");
    if (records == nullptr || !records->is_array()) return page;
    for (const json::value& one : records->get_array()) page.records.push_back(record_of(one));
    return page;
  }

 protected:
  virtual std::string_view service() const = 0;
  virtual std::string_view sequence_member() const = 0;  // of GetShardIterator
  virtual json::object named() const = 0;
  virtual SourceRecord record_of(const json::value& from) const = 0;

  Result<json::value> ask(std::string_view operation, const json::object& input) {
    return dispatcher_.dispatch(tx_, caller_, service(), operation, input);
  }
  const std::string& arn() const { return arn_; }
  const Caller& caller() const { return caller_; }
  const std::string& shard() const { return shard_; }  // that is being read

 private:
  Dispatcher& dispatcher_;
  Transaction& tx_;
  const Caller& caller_;
  const std::string& arn_;
  std::string shard_;
};

void take_shards(const json::value* list, std::vector<ShardInfo>& out) {
  if (list == nullptr || !list->is_array()) return;
  for (const json::value& one : list->get_array()) {
    out.push_back({text_of(one, "ShardId"), text_of(one, "ParentShardId"), text_of(one, "AdjacentParentShardId")});
  }
}

// docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
class TableStream final : public StreamReader {
 public:
  using StreamReader::StreamReader;

  Result<std::vector<ShardInfo>> shards() override {
    std::vector<ShardInfo> out;
    json::object input = named();
    for (;;) {
      const json::value answer = TRY(ask("DescribeStream", input));
      const json::value* description = find(answer, "StreamDescription");
      if (description == nullptr) return out;
      take_shards(find(*description, "Shards"), out);
      const auto last = find_string(*description, "LastEvaluatedShardId");
      if (!last) return out;
      input["ExclusiveStartShardId"] = std::string(*last);
    }
  }

 protected:
  std::string_view service() const override { return "dynamodbstreams"; }
  std::string_view sequence_member() const override { return "SequenceNumber"; }
  json::object named() const override { return {{"StreamArn", arn()}}; }

  SourceRecord record_of(const json::value& from) const override {
    SourceRecord record;
    record.document = from;
    json::object& document = record.document.as_object();
    document["eventSourceARN"] = arn();
    json::value* change = document.if_contains("dynamodb");
    if (change == nullptr || !change->is_object()) return record;
    record.sequence = text_of(*change, "SequenceNumber");
    if (const json::value* keys = find(*change, "Keys")) record.key = json::serialize(*keys);
    if (json::value* at = change->as_object().if_contains("ApproximateCreationDateTime")) {
      record.arrived = instant_of(at);
      *at = plain_seconds(*at);
    }
    return record;
  }
};

// docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
class DataStream final : public StreamReader {
 public:
  using StreamReader::StreamReader;

  Result<std::vector<ShardInfo>> shards() override {
    std::vector<ShardInfo> out;
    json::object input = named();
    for (;;) {
      const json::value answer = TRY(ask("ListShards", input));
      take_shards(find(answer, "Shards"), out);
      const auto next = find_string(answer, "NextToken");
      if (!next) return out;
      input = {{"NextToken", *next}};
    }
  }

 protected:
  std::string_view service() const override { return "kinesis"; }
  std::string_view sequence_member() const override { return "StartingSequenceNumber"; }
  json::object named() const override { return {{"StreamARN", arn()}}; }

  SourceRecord record_of(const json::value& from) const override {
    SourceRecord record;
    record.sequence = text_of(from, "SequenceNumber");
    record.key = text_of(from, "PartitionKey");
    const json::value* arrived = find(from, "ApproximateArrivalTimestamp");
    record.arrived = instant_of(arrived);
    const json::object kinesis{{"kinesisSchemaVersion", "1.0"},
                               {"partitionKey", record.key},
                               {"sequenceNumber", record.sequence},
                               {"data", text_of(from, "Data")},
                               {"approximateArrivalTimestamp", arrived == nullptr ? json::value(0) : *arrived}};
    record.document = json::object{{"kinesis", kinesis},
                                   {"eventSource", "aws:kinesis"},
                                   {"eventVersion", "1.0"},
                                   {"eventID", shard() + ":" + record.sequence},
                                   {"eventName", "aws:kinesis:record"},
                                   {"invokeIdentityArn", caller().principal.role_arn},
                                   {"awsRegion", caller().region},
                                   {"eventSourceARN", arn()}};
    record.filtered = kinesis;  // "data" as what it is: JSON where it can be read as such, otherwise text
    const auto data = unbase64(text_of(from, "Data"));
    if (!data) return record;
    auto parsed = parse_json(*data);
    record.filtered.as_object()["data"] = parsed ? *std::move(parsed) : json::value(*data);
    return record;
  }
};

}  // namespace

std::unique_ptr<StreamSource> open_stream(SourceKind kind, Dispatcher& dispatcher, Transaction& tx,
                                          const Caller& caller, const std::string& arn) {
  if (kind == SourceKind::Kinesis) return std::make_unique<DataStream>(dispatcher, tx, caller, arn);
  return std::make_unique<TableStream>(dispatcher, tx, caller, arn);
}

}  // namespace orrery::lambda
