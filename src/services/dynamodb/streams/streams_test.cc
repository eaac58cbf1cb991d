#include "services/dynamodb/streams/streams.h"

#include "services/dynamodb/changes/log.h"
#include "services/dynamodb/changes/trimming.h"
#include "services/dynamodb/streams/iterator.h"
#include "services/dynamodb/streams/operations.h"
#include "services/dynamodb/streams/shards.h"
#include "services/dynamodb/testing.h"

namespace orrery::dynamodb {
namespace {

using item::Value;
using streams::Record;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr Millis kHour = std::chrono::hours(1);

item::Item thing(const std::string& id, const std::string& text) {
  return item::Item{{"id", Value::string(id)}, {"text", Value::string(text)}};
}

class StreamsTest : public DynamoDbTest {
 protected:
  Result<> set_stream(const std::string& table, std::optional<std::string> view) {
    return store->transact([&](Transaction& tx) -> Result<> {
      const TableName name = TRY(parse_table_name(call, table));
      Table changed = *TRY(existing_table(tx, name));
      TRY(update_stream(service, call, tx, name, changed, {view.has_value(), view}));
      return put_table(tx, name, changed);
    });
  }
  std::string with_stream(const std::string& table, const std::string& view = "NEW_AND_OLD_IMAGES") {
    create(table);
    EXPECT_TRUE(set_stream(table, view));
    return *describe(table).LatestStreamArn;
  }
  void write(const std::string& table, const std::string& id, const std::string& text) { put(table, thing(id, text)); }
  void remove(const std::string& table, const std::string& id) {
    DeleteItemInput input;
    input.TableName = table;
    input.Key = item::Item{{"id", Value::string(id)}};
    ASSERT_TRUE(run(&delete_item, input));
  }
  void pass(Millis span) {
    clock.freeze(clock.now() + span);
    call.now = clock.now();
  }

  std::vector<streams::Shard> shards(const std::string& arn) {
    streams::DescribeStreamInput input;
    input.StreamArn = arn;
    const auto found = run(&describe_stream, input);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found->StreamDescription->Shards : std::vector<streams::Shard>();
  }
  Result<std::string> iterator(const std::string& arn, const std::string& type, std::optional<std::string> number = {},
                               std::size_t shard = 0) {
    streams::GetShardIteratorInput input;
    input.StreamArn = arn;
    const auto all = shards(arn);
    input.ShardId = *all.at(shard).ShardId;
    input.ShardIteratorType = type;
    input.SequenceNumber = std::move(number);
    return *TRY(run(&get_shard_iterator, input)).ShardIterator;
  }
  Result<streams::GetRecordsOutput> records(const std::string& iterator, std::optional<std::int64_t> limit = {}) {
    streams::GetRecordsInput input;
    input.ShardIterator = iterator;
    input.Limit = limit;
    return run(&get_records, input);
  }
  std::vector<Record> all(const std::string& arn, std::size_t shard = 0) {
    const auto from = iterator(arn, "TRIM_HORIZON", {}, shard);
    EXPECT_TRUE(from) << from.error().message;
    const auto read = records(*from);
    EXPECT_TRUE(read) << read.error().message;
    return read ? *read->Records : std::vector<Record>();
  }
  static std::vector<std::string> texts(const std::vector<Record>& list) {
    std::vector<std::string> out;
    for (const Record& one : list) {
      const auto& image = one.dynamodb->NewImage ? *one.dynamodb->NewImage : *one.dynamodb->OldImage;
      out.push_back(*one.eventName + " " + std::string(image.find("text")->string()));
    }
    return out;
  }
};

TEST_F(StreamsTest, RecordsSayWhatHappened) {
  const std::string arn = with_stream("tab");
  write("tab", "a", "one");
  write("tab", "a", "two");
  write("tab", "a", "two");  // changes nothing: no record
  remove("tab", "a");
  remove("tab", "a");
  const auto list = all(arn);
  ASSERT_THAT(texts(list), ElementsAre("INSERT one", "MODIFY two", "REMOVE two"));
  const Record& changed = list[1];
  EXPECT_EQ(changed.eventVersion, "1.1");
  EXPECT_EQ(changed.eventSource, "aws:dynamodb");
  EXPECT_EQ(changed.awsRegion, "eu-west-1");
  EXPECT_THAT(*changed.eventID, SizeIs(32));
  EXPECT_FALSE(changed.userIdentity);
  EXPECT_EQ(*changed.dynamodb->OldImage, thing("a", "one"));
  EXPECT_EQ(*changed.dynamodb->NewImage, thing("a", "two"));
  EXPECT_EQ(*changed.dynamodb->Keys, (item::Item{{"id", Value::string("a")}}));
  EXPECT_EQ(*changed.dynamodb->SizeBytes, 3 + 2 * (3 + 7));
  EXPECT_EQ(*changed.dynamodb->ApproximateCreationDateTime, instant_from_ms(1'767'225'600'000));
  EXPECT_THAT(*changed.dynamodb->SequenceNumber, SizeIs(21));
  EXPECT_LT(*list[0].dynamodb->SequenceNumber, *list[1].dynamodb->SequenceNumber);
}

TEST_F(StreamsTest, ViewTypesDecideWhatIsShown) {
  for (const std::string view : {"KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"}) {
    const std::string arn = with_stream(view, view);
    write(view, "a", "one");
    write(view, "a", "two");
    const auto list = all(arn);
    ASSERT_THAT(list, SizeIs(2));
    EXPECT_EQ(list[1].dynamodb->StreamViewType, view);
    EXPECT_EQ(list[1].dynamodb->NewImage.has_value(), view.starts_with("NEW"));
    EXPECT_EQ(list[1].dynamodb->OldImage.has_value(), view.find("OLD") != std::string::npos);
    EXPECT_FALSE(list[0].dynamodb->OldImage);
  }
}

TEST_F(StreamsTest, StartsWhereItWasEnabledAndEndsWhereItWasDisabled) {
  create("tab");
  write("tab", "a", "before");
  ASSERT_TRUE(set_stream("tab", "NEW_IMAGE"));
  const std::string first = *describe("tab").LatestStreamArn;
  write("tab", "a", "one");
  const std::string latest = *iterator(first, "LATEST");
  ASSERT_TRUE(set_stream("tab", std::nullopt));
  EXPECT_FALSE(describe("tab").StreamSpecification);
  EXPECT_EQ(describe("tab").LatestStreamArn, first);
  write("tab", "a", "between");
  ASSERT_TRUE(set_stream("tab", "NEW_IMAGE"));  // in the same millisecond
  const std::string second = *describe("tab").LatestStreamArn;
  EXPECT_NE(first, second);
  write("tab", "a", "two");
  EXPECT_THAT(texts(all(first)), ElementsAre("MODIFY one"));
  EXPECT_THAT(texts(all(second)), ElementsAre("MODIFY two"));
  EXPECT_FALSE(records(latest)->NextShardIterator);
  EXPECT_TRUE(shards(first)[0].SequenceNumberRange->EndingSequenceNumber);
  EXPECT_FALSE(shards(second)[0].SequenceNumberRange->EndingSequenceNumber);
}

TEST_F(StreamsTest, SaysWhatCannotBeDone) {
  create("tab");
  EXPECT_EQ(set_stream("tab", std::nullopt).error().message, "Table has no stream to disable: TableName: tab");
  ASSERT_TRUE(set_stream("tab", "KEYS_ONLY"));
  const auto again = set_stream("tab", "KEYS_ONLY");
  EXPECT_EQ(again.error().code, "ValidationException");
  EXPECT_EQ(again.error().message, "Table already has an enabled stream: TableName: tab");
  streams::DescribeStreamInput input;
  input.StreamArn = "arn:aws:dynamodb:eu-west-1:000000000000:table/tab/stream/2015-05-11T21:21:33.291";
  EXPECT_EQ(run(&describe_stream, input).error().code, "ResourceNotFoundException");
  input.StreamArn = "kossaapaaasdafsdaasdasdasdasasdasfadfadfasdasdas";
  EXPECT_EQ(run(&describe_stream, input).error().code, "ValidationException");
  const std::string arn = *describe("tab").LatestStreamArn;
  EXPECT_EQ(iterator(arn, "LATEST", "100000000000000000001").error().code, "ValidationException");
  EXPECT_EQ(iterator(arn, "AT_SEQUENCE_NUMBER").error().code, "ValidationException");
  EXPECT_EQ(iterator(arn, "AT_SEQUENCE_NUMBER", "abcdefghijklmnopqrstu").error().code, "ValidationException");
  EXPECT_EQ(records("arn|1|rubbish").error().message, "Invalid ShardIterator");
  EXPECT_EQ(records(*iterator(arn, "LATEST"), 1001).error().code, "ValidationException");
}

TEST_F(StreamsTest, ReadsInPagesFromAnyPosition) {
  const std::string arn = with_stream("tab");
  const std::string start = *shards(arn)[0].SequenceNumberRange->StartingSequenceNumber;
  EXPECT_THAT(*records(*iterator(arn, "AFTER_SEQUENCE_NUMBER", start))->Records, IsEmpty());
  const std::string latest = *iterator(arn, "LATEST");
  for (int i = 0; i < 5; ++i) write("tab", "a", std::to_string(i));
  EXPECT_THAT(*records(latest)->Records, SizeIs(5));
  EXPECT_THAT(*records(*iterator(arn, "AT_SEQUENCE_NUMBER", start))->Records, SizeIs(5));
  EXPECT_THAT(*records(*iterator(arn, "AFTER_SEQUENCE_NUMBER", start))->Records, SizeIs(5));
  const auto page = records(*iterator(arn, "TRIM_HORIZON"), 2);
  ASSERT_THAT(*page->Records, SizeIs(2));
  const std::string number = *page->Records->back().dynamodb->SequenceNumber;
  EXPECT_THAT(texts(*records(*page->NextShardIterator, 2)->Records), ElementsAre("MODIFY 2", "MODIFY 3"));
  EXPECT_THAT(texts(*records(*iterator(arn, "AT_SEQUENCE_NUMBER", number), 1)->Records), ElementsAre("MODIFY 1"));
  EXPECT_THAT(texts(*records(*iterator(arn, "AFTER_SEQUENCE_NUMBER", number), 1)->Records), ElementsAre("MODIFY 2"));
  EXPECT_THAT(*records(*iterator(arn, "LATEST"))->Records, IsEmpty());
}

TEST_F(StreamsTest, APageHasAMegabyte) {
  const std::string arn = with_stream("tab", "NEW_IMAGE");
  fill("tab", 5, 300 * 1024);
  const auto page = records(*iterator(arn, "TRIM_HORIZON"));
  EXPECT_THAT(*page->Records, SizeIs(3));
  EXPECT_THAT(*records(*page->NextShardIterator)->Records, SizeIs(2));
}

TEST_F(StreamsTest, IteratorsExpire) {
  const std::string arn = with_stream("tab");
  const std::string latest = *iterator(arn, "LATEST");
  pass(std::chrono::minutes(15));
  ASSERT_TRUE(records(latest));
  pass(Millis(1));
  EXPECT_EQ(records(latest).error().code, "ExpiredIteratorException");
}

TEST_F(StreamsTest, ShardsRollEveryFourHours) {
  const std::string arn = with_stream("tab");
  write("tab", "a", "0h");
  const std::string latest = *iterator(arn, "LATEST");
  EXPECT_TRUE(records(latest)->NextShardIterator);
  pass(9 * kHour);
  const std::string idle = *iterator(arn, "LATEST");
  EXPECT_THAT(shards(arn), SizeIs(1));  // open until a record comes after its time
  EXPECT_TRUE(records(idle)->NextShardIterator);
  write("tab", "a", "9h");
  pass(kHour);
  write("tab", "a", "10h");
  EXPECT_THAT(*records(*iterator(arn, "LATEST", {}, 1))->Records, IsEmpty());
  const auto list = shards(arn);
  ASSERT_THAT(list, SizeIs(2));
  EXPECT_EQ(list[1].ParentShardId, list[0].ShardId);
  EXPECT_LT(*list[0].ShardId, *list[1].ShardId);
  EXPECT_TRUE(list[0].SequenceNumberRange->EndingSequenceNumber);
  EXPECT_FALSE(list[1].SequenceNumberRange->EndingSequenceNumber);
  EXPECT_FALSE(records(*iterator(arn, "LATEST", {}, 0))->NextShardIterator);
  EXPECT_THAT(texts(all(arn, 0)), ElementsAre("INSERT 0h"));
  EXPECT_THAT(texts(all(arn, 1)), ElementsAre("MODIFY 9h", "MODIFY 10h"));

  streams::DescribeStreamInput input;
  input.StreamArn = arn;
  input.Limit = 1;
  EXPECT_EQ(run(&describe_stream, input)->StreamDescription->LastEvaluatedShardId, list[0].ShardId);
  input.ExclusiveStartShardId = list[0].ShardId;
  EXPECT_EQ(run(&describe_stream, input)->StreamDescription->Shards->at(0).ShardId, list[1].ShardId);
  EXPECT_FALSE(run(&describe_stream, input)->StreamDescription->LastEvaluatedShardId);
  input.ExclusiveStartShardId.reset();
  input.ShardFilter = streams::ShardFilter{"CHILD_SHARDS", list[0].ShardId};
  EXPECT_EQ(run(&describe_stream, input)->StreamDescription->Shards->at(0).ShardId, list[1].ShardId);
}

TEST_F(StreamsTest, RecordsAreTrimmedAfterADay) {
  const std::string arn = with_stream("tab");
  write("tab", "a", "old");
  const std::string number = *all(arn)[0].dynamodb->SequenceNumber;
  pass(20 * kHour);
  write("tab", "a", "new");
  pass(4 * kHour);
  EXPECT_THAT(texts(all(arn, 0)), ElementsAre("INSERT old"));
  const std::string old_shard = *shards(arn)[0].ShardId;
  const std::string horizon = *iterator(arn, "TRIM_HORIZON");
  pass(Millis(1));
  EXPECT_THAT(texts(all(arn, 0)), ElementsAre("MODIFY new"));
  EXPECT_NE(*shards(arn)[0].ShardId, old_shard);
  EXPECT_EQ(iterator(arn, "AT_SEQUENCE_NUMBER", number).error().code, "TrimmedDataAccessException");
  EXPECT_TRUE(iterator(arn, "AFTER_SEQUENCE_NUMBER", number));
  EXPECT_FALSE(records(horizon)->NextShardIterator);
  EXPECT_EQ(stored(KeyKind::TableChange), 2U);
  work();
  pass(kHour);
  work();
  EXPECT_EQ(stored(KeyKind::TableChange), 1U);
  EXPECT_THAT(texts(all(arn, 0)), ElementsAre("MODIFY new"));
  pass(24 * kHour);
  work();
  EXPECT_EQ(stored(KeyKind::TableChange), 0U);
  ASSERT_THAT(shards(arn), SizeIs(1));
  EXPECT_THAT(all(arn), IsEmpty());
  const std::string latest = *iterator(arn, "LATEST");
  write("tab", "a", "newest");
  EXPECT_FALSE(records(latest)->NextShardIterator);
  EXPECT_THAT(texts(all(arn, 0)), ElementsAre("MODIFY newest"));
}

TEST_F(StreamsTest, TheLogKeepsWhatRecoveryNeeds) {
  const std::string arn = with_stream("tab");
  ASSERT_TRUE(store->transact([&](Transaction& tx) -> Result<> {
    const TableName name = TRY(parse_table_name(call, "tab"));
    Table changed = *TRY(existing_table(tx, name));
    changed.recoverable_since = call.now;
    changed.recovery_days = 2;
    return put_table(tx, name, changed);
  }));
  write("tab", "a", "old");
  pass(30 * kHour);
  work();
  EXPECT_THAT(all(arn), IsEmpty());
  EXPECT_EQ(stored(KeyKind::TableChange), 1U);
  pass(30 * kHour);
  work();
  EXPECT_EQ(stored(KeyKind::TableChange), 0U);
}

TEST_F(StreamsTest, OfADeletedTableStaysForADay) {
  const std::string arn = with_stream("tab");
  write("tab", "a", "one");
  drop("tab");
  create("tab");  // the name is free; its log is another
  write("tab", "a", "other");
  pass(23 * kHour);
  work();
  streams::DescribeStreamInput input;
  input.StreamArn = arn;
  EXPECT_EQ(run(&describe_stream, input)->StreamDescription->StreamStatus, "DISABLED");
  const auto read = records(*iterator(arn, "TRIM_HORIZON"));
  EXPECT_THAT(texts(*read->Records), ElementsAre("INSERT one"));
  EXPECT_FALSE(read->NextShardIterator);
  pass(kHour);
  EXPECT_EQ(run(&describe_stream, input).error().code, "ResourceNotFoundException");
  pass(kHour);
  work();
  EXPECT_EQ(stored(KeyKind::TableChange), 0U);
  EXPECT_EQ(stored(KeyKind::TableLog), 0U);
  EXPECT_EQ(stored(KeyKind::TableStream), 0U);
}

TEST_F(StreamsTest, AreListedInPages) {
  std::vector<std::string> arns;
  for (const std::string name : {"aaa", "bbb", "ccc"}) arns.push_back(with_stream(name));
  const auto list = [&](streams::ListStreamsInput input) {
    std::vector<std::string> out;
    for (;;) {
      const auto page = run(&list_streams, input);
      for (const auto& one : *page->Streams) out.push_back(*one.StreamArn);
      if (!page->LastEvaluatedStreamArn) return out;
      input.ExclusiveStartStreamArn = page->LastEvaluatedStreamArn;
    }
  };
  EXPECT_EQ(list({}), arns);
  EXPECT_EQ(list({{}, 1, {}}), arns);
  EXPECT_THAT(list({"bbb", {}, {}}), ElementsAre(arns[1]));
  EXPECT_THAT(list({"ddd", {}, {}}), IsEmpty());
}

TEST_F(StreamsTest, ALongLogIsTrimmedInSteps) {
  with_stream("tab");
  fill("tab", 1200);
  pass(25 * kHour);
  work();
  EXPECT_EQ(stored(KeyKind::TableChange), 0U);
  EXPECT_EQ(
      log_head(*store->snapshot(), (*find_table(*store->snapshot(), {"000000000000", "eu-west-1", "tab"}))->number)
          ->first,
      1201U);
}

}  // namespace
}  // namespace orrery::dynamodb
