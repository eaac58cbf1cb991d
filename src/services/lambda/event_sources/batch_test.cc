#include "services/lambda/event_sources/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::lambda {
namespace {

using testing::ElementsAre;

const Instant kNow = instant_from_ms(1'767'225'600'000);

// One shard of records "1", "2", …; keys and colours take turns.
class Fake final : public StreamSource {
 public:
  explicit Fake(int count, bool closed = false) : count_(count), closed_(closed) {}
  Result<std::vector<ShardInfo>> shards() override { return std::vector<ShardInfo>{{"shard", ""}}; }
  Result<std::string> iterator(const std::string&, const Position& from) override {
    return from.kind == Position::Kind::After ? from.sequence : std::string("0");
  }
  Result<SourcePage> read(const std::string& iterator, std::size_t limit) override {
    SourcePage page;
    int at = std::stoi(iterator);
    while (at < count_ && page.records.size() < limit) {
      ++at;
      SourceRecord record;
      record.sequence = std::to_string(at);
      record.key = "key-" + std::to_string(at % 7);
      record.arrived = kNow - std::chrono::seconds(count_ - at);
      record.document = json::object{{"n", at}, {"colour", at % 2 == 0 ? "red" : "blue"}};
      page.records.push_back(std::move(record));
    }
    if (!closed_ || at < count_) page.next = std::to_string(at);
    return page;
  }

 private:
  int count_;
  bool closed_;
};

struct BatchTest : testing::Test {
  Mapping mapping;
  Lane lane;
  Filters filters;

  Batch take(Fake source, std::int64_t number = 0) {
    auto batch = gather(source, "shard", {mapping, filters, lane, number, kNow});
    EXPECT_TRUE(batch);
    return *std::move(batch);
  }
  static std::vector<std::string> names(const std::vector<SourceRecord>& records) {
    std::vector<std::string> out;
    for (const auto& one : records) out.push_back(one.sequence);
    return out;
  }
};

TEST_F(BatchTest, TakesWhatThereIsUpToItsSize) {
  mapping.configuration.BatchSize = 3;
  const Batch all = take(Fake(2));
  EXPECT_THAT(names(all.records), ElementsAre("1", "2"));
  EXPECT_FALSE(all.full || all.shard_ended);
  const Batch some = take(Fake(50));
  EXPECT_THAT(names(some.records), ElementsAre("1", "2", "3"));
  EXPECT_TRUE(some.full);
  EXPECT_TRUE(take(Fake(2, true)).shard_ended);
}

TEST_F(BatchTest, FiltersLeaveOutAndMoveOn) {
  mapping.configuration.BatchSize = 2;
  FilterCriteria criteria;
  criteria.Filters.emplace().emplace_back().Pattern = R"({"colour": ["red"], "n": [{"numeric": [">", 2]}]})";
  filters = *Filters::compile(criteria);
  const Batch batch = take(Fake(7));
  EXPECT_THAT(names(batch.records), ElementsAre("4", "6"));
  EXPECT_EQ(batch.whole, Position::after("6"));
  const Batch none = take(Fake(3));
  EXPECT_TRUE(none.records.empty() && none.moved);
  EXPECT_EQ(none.whole, Position::after("3"));
  criteria.Filters->front().Pattern = "{";
  EXPECT_EQ(Filters::compile(criteria).error().code, "InvalidParameterValueException");
}

TEST_F(BatchTest, EachKeyBelongsToOneLane) {
  lane.of = 3;
  std::vector<std::string> all;
  for (std::int64_t number = 0; number < 3; ++number) {
    for (const auto& record : take(Fake(40), number).records) {
      EXPECT_EQ(lane_of(record.key, 3), number);
      all.push_back(record.sequence);
    }
  }
  EXPECT_EQ(all.size(), 40U);
}

TEST_F(BatchTest, ARememberedBatchEndsWhereItDid) {
  mapping.configuration.BatchSize = 2;
  lane.position = Position::after("1");
  lane.ends = {"9", "5"};
  const Batch batch = take(Fake(20));
  EXPECT_THAT(names(batch.records), ElementsAre("2", "3", "4", "5"));
  EXPECT_TRUE(batch.full);
}

TEST_F(BatchTest, WhatIsTooOldComesFirstAndAlone) {
  mapping.configuration.MaximumRecordAgeInSeconds = 60;
  const Batch old = take(Fake(63));
  EXPECT_THAT(names(old.too_old), ElementsAre("1", "2"));
  EXPECT_TRUE(old.records.empty());
  EXPECT_EQ(old.whole, Position::after("2"));
}

TEST_F(BatchTest, AWindowEndsTheBatch) {
  mapping.configuration.TumblingWindowInSeconds = 10;
  const Batch batch = take(Fake(15));  // kNow is the beginning of a window: the last record's
  EXPECT_EQ(batch.records.size(), 4U);
  EXPECT_TRUE(batch.window_over);
}

functions::Outcome answered(const std::string& payload) {
  functions::Outcome outcome;
  outcome.payload = payload;
  return outcome;
}

TEST_F(BatchTest, AnswersThatNameFailures) {
  const Batch batch = take(Fake(3));
  const auto read = [&](const std::string& answer) { return read_outcome(answered(answer), batch, true); };
  EXPECT_EQ(read(R"({"batchItemFailures": []})").kind, Attempted::Kind::Done);
  EXPECT_EQ(read("null").kind, Attempted::Kind::Done);
  EXPECT_EQ(read(R"({"batchItemFailures": null})").kind, Attempted::Kind::Done);
  const Attempted some = read(R"({"batchItemFailures": [{"itemIdentifier": "3"}, {"itemIdentifier": "2"}]})");
  EXPECT_EQ(some.kind, Attempted::Kind::Failed);
  EXPECT_EQ(some.failed_from, 1U);
  for (const char* whole : {R"({"batchItemFailures": [{"itemIdentifier": ""}]})", R"({"batchItemFailures": [{}]})",
                            R"({"batchItemFailures": [{"itemIdentifier": "99"}]})", R"({"batchItemFailures": 1})"}) {
    EXPECT_EQ(read(whole).kind, Attempted::Kind::Failed) << whole;
    EXPECT_EQ(read(whole).failed_from, 0U) << whole;
  }
  EXPECT_EQ(read_outcome(answered(R"({"batchItemFailures": [{"itemIdentifier": "2"}]})"), batch, false).kind,
            Attempted::Kind::Done);
}

TEST_F(BatchTest, TheFailureRecordNamesTheRange) {
  mapping.configuration.EventSourceArn = "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/l";
  mapping.function = {"000000000000", "us-east-1", "f", ""};
  const Batch batch = take(Fake(3));
  functions::Outcome outcome;
  outcome.function_error = "Unhandled";
  const auto document = parse_json(
      failure_record(mapping, "shard", batch.records, 1, "RetryAttemptsExhausted", 2, &outcome, "$LATEST", "id", kNow));
  ASSERT_TRUE(document);
  EXPECT_EQ(json::serialize(*find(*document, "DDBStreamBatchInfo")),
            R"({"shardId":"shard","startSequenceNumber":"2","endSequenceNumber":"3",)"
            R"("approximateArrivalOfFirstRecord":"2025-12-31T23:59:59Z",)"
            R"("approximateArrivalOfLastRecord":"2026-01-01T00:00:00Z","batchSize":2,)"
            R"("streamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/l"})");
  EXPECT_EQ(json::serialize(*find(*document, "responseContext")),
            R"({"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"})");
}

}  // namespace
}  // namespace orrery::lambda
