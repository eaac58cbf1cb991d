#include "services/dynamodb/backups/handlers.h"
#include "services/dynamodb/backups/operations.h"
#include "services/dynamodb/backups/recovery.h"
#include "services/dynamodb/backups/restore.h"
#include "services/dynamodb/tables/erasing.h"
#include "services/dynamodb/testing.h"

namespace orrery::dynamodb {
namespace {

using testing::HasSubstr;

class BackupsTest : public DynamoDbTest {
 protected:
  BackupDetails back_up(const std::string& table, const std::string& name = "nightly") {
    CreateBackupInput input;
    input.TableName = table;
    input.BackupName = name;
    const auto made = run(&create_backup, input);
    EXPECT_TRUE(made) << made.error().message;
    return *made->BackupDetails;
  }
  Result<RestoreTableFromBackupOutput> restore(const std::string& arn, const std::string& target) {
    RestoreTableFromBackupInput input;
    input.BackupArn = arn;
    input.TargetTableName = target;
    return run(&restore_table_from_backup, input);
  }
  BackupDescription described(const std::string& arn) {
    const auto found = run(&describe_backup, DescribeBackupInput{arn});
    EXPECT_TRUE(found) << found.error().message;
    return *found->BackupDescription;
  }
  void protect(const std::string& table, std::optional<std::int64_t> days = {}) {
    UpdateContinuousBackupsInput input;
    input.TableName = table;
    input.PointInTimeRecoverySpecification = {true, days};
    call.now = clock.now();
    ASSERT_TRUE(run(&update_continuous_backups, input));
  }
  Result<RestoreTableToPointInTimeOutput> restore_past(const std::string& table, const std::string& target,
                                                       std::optional<Instant> at) {
    RestoreTableToPointInTimeInput input;
    input.SourceTableName = table;
    input.TargetTableName = target;
    input.RestoreDateTime = at;
    if (!at) input.UseLatestRestorableTime = true;
    call.now = clock.now();
    return run(&restore_table_to_point_in_time, input);
  }
  // Everything under the table's number, without it.
  std::vector<std::pair<std::string, std::string>> content(const std::string& table) {
    const auto snapshot = store->snapshot();
    const auto found = *find_table(*snapshot, {call.account, call.region, table});
    std::vector<std::pair<std::string, std::string>> out;
    const auto cursor = snapshot->scan(prefix_range(found->items_prefix()));
    while (cursor->next()) out.emplace_back(cursor->key().substr(9), cursor->value());
    return out;
  }
};

TEST_F(BackupsTest, SmallTableAtOnce) {
  create("orders");
  fill("orders", 100, 50);
  const BackupDetails details = back_up("orders");
  EXPECT_EQ(details.BackupStatus, BackupStatus::AVAILABLE);
  EXPECT_EQ(details.BackupType, BackupType::USER);
  EXPECT_THAT(details.BackupArn, testing::MatchesRegex("arn:aws:dynamodb:eu-west-1:000000000000:table/orders/backup/"
                                                       "01767225600123-[0-9a-f]{8}"));
  const auto before = content("orders");
  fill("orders", 200, 10);
  const auto restored = restore(details.BackupArn, "again");
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->TableDescription->TableStatus, TableStatus::ACTIVE);
  EXPECT_EQ(restored->TableDescription->RestoreSummary->SourceBackupArn, details.BackupArn);
  EXPECT_FALSE(restored->TableDescription->RestoreSummary->RestoreInProgress);
  EXPECT_EQ(content("again"), before);
  const BackupDescription description = described(details.BackupArn);
  EXPECT_EQ(description.SourceTableDetails->ItemCount, 100);
  EXPECT_EQ(description.SourceTableDetails->TableSizeBytes, details.BackupSizeBytes);
  EXPECT_EQ(restore(details.BackupArn, "again").error().code, "TableAlreadyExistsException");
}

TEST_F(BackupsTest, LargeTableInTheBackground) {
  create("orders");
  fill("orders", 3000, 20);
  const auto before = content("orders");
  const BackupDetails details = back_up("orders");
  EXPECT_EQ(details.BackupStatus, BackupStatus::CREATING);
  EXPECT_EQ(restore(details.BackupArn, "again").error().code, "BackupInUseException");
  EXPECT_EQ(run(&delete_backup, DeleteBackupInput{details.BackupArn}).error().code, "BackupInUseException");
  fill("orders", 4000, 1);  // after the instant
  work();
  EXPECT_EQ(described(details.BackupArn).BackupDetails->BackupStatus, BackupStatus::AVAILABLE);
  EXPECT_EQ(described(details.BackupArn).SourceTableDetails->ItemCount, 3000);
  const auto restored = restore(details.BackupArn, "again");
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->TableDescription->TableStatus, TableStatus::CREATING);
  EXPECT_EQ(restore(details.BackupArn, "again").error().code, "TableInUseException");
  // One delete while it is being restored does no harm: the restore keeps the content.
  ASSERT_TRUE(run(&delete_backup, DeleteBackupInput{details.BackupArn}));
  EXPECT_EQ(run(&describe_backup, DescribeBackupInput{details.BackupArn}).error().code, "BackupNotFoundException");
  work();
  EXPECT_EQ(stored(KeyKind::Outbox), 0U);  // before describe(), which orders a count
  EXPECT_EQ(describe("again").TableStatus, TableStatus::ACTIVE);
  EXPECT_EQ(content("again"), before);
}

TEST_F(BackupsTest, AnIndexOnItsWayOutIsNotRestored) {
  GlobalSecondaryIndexDescription leaving, staying;
  leaving.IndexName = "leaving";
  leaving.IndexStatus = IndexStatus::DELETING;
  staying.IndexName = "staying";
  staying.IndexStatus = IndexStatus::ACTIVE;
  create("orders");
  TableDescription table = describe("orders");
  for (auto* index : {&leaving, &staying}) index->KeySchema = table.KeySchema;
  table.GlobalSecondaryIndexes = {leaving, staying};
  const auto input = restored_input("again", table, {});
  ASSERT_TRUE(input) << input.error().message;
  ASSERT_EQ(input->GlobalSecondaryIndexes->size(), 1U);
  EXPECT_EQ(input->GlobalSecondaryIndexes->front().IndexName, "staying");
}

TEST_F(BackupsTest, WithoutItsSnapshotABackupIsGone) {
  create("orders");
  fill("orders", 2000);
  const BackupDetails details = back_up("orders");
  service.jobs.forget(details.BackupArn);  // as when another process had kept it
  work();
  EXPECT_EQ(run(&describe_backup, DescribeBackupInput{details.BackupArn}).error().code, "BackupNotFoundException");
}

TEST_F(BackupsTest, Lists) {
  for (const char* name : {"aaa", "bbb"}) {
    create(name);
    for (int i = 0; i < 3; ++i) {
      back_up(name, "n" + std::to_string(i));
      clock.freeze(clock.now() + Millis(1000));
      call.now = clock.now();
    }
  }
  ListBackupsInput input;
  EXPECT_EQ(run(&list_backups, input)->BackupSummaries->size(), 6U);
  input.Limit = 4;
  auto page = run(&list_backups, input);
  EXPECT_EQ(page->BackupSummaries->size(), 4U);
  input.ExclusiveStartBackupArn = page->LastEvaluatedBackupArn;
  page = run(&list_backups, input);
  EXPECT_EQ(page->BackupSummaries->size(), 2U);
  EXPECT_FALSE(page->LastEvaluatedBackupArn);
  EXPECT_EQ(page->BackupSummaries->front().BackupName, "n1");
  input = {};
  input.TableName = "aaa";
  EXPECT_EQ(run(&list_backups, input)->BackupSummaries->size(), 3U);
  input.TimeRangeLowerBound = instant_from_ms(1'767'225'601'123);
  EXPECT_EQ(run(&list_backups, input)->BackupSummaries->size(), 2U);
  input.TimeRangeUpperBound = instant_from_ms(1'767'225'602'123);
  EXPECT_EQ(run(&list_backups, input)->BackupSummaries->size(), 1U);
  input.BackupType = BackupTypeFilter::SYSTEM;
  EXPECT_EQ(run(&list_backups, input)->BackupSummaries->size(), 0U);
}

TEST_F(BackupsTest, Errors) {
  CreateBackupInput input;
  input.TableName = "nothing";
  input.BackupName = "nightly";
  EXPECT_EQ(run(&create_backup, input).error().message, "Table not found: nothing");
  const std::string arn = "arn:aws:dynamodb:eu-west-1:000000000000:table/orders/backup/01767225600123-00000000";
  EXPECT_EQ(run(&describe_backup, DescribeBackupInput{arn}).error().message, "Backup not found: " + arn);
  EXPECT_EQ(restore(arn, "again").error().code, "BackupNotFoundException");
  EXPECT_EQ(run(&delete_backup, DeleteBackupInput{"arn:aws:dynamodb:x"}).error().code, "BackupNotFoundException");
}

TEST_F(BackupsTest, ADeletedTablesBackup) {
  create("orders");
  fill("orders", 1500);
  const auto before = content("orders");
  const TableName name{call.account, call.region, "orders"};
  const Table table = **find_table(*store->snapshot(), name);
  ASSERT_TRUE(store->transact([&](Transaction& tx) -> Result<> {
    TRY(tx.erase(table_key(name)));
    const Message erase = erase_message(call.now, table.number, {table.items_prefix()});
    return keep_deleted_table(service, call, tx, name, table, erase);
  }));
  work();
  ListBackupsInput list;
  list.BackupType = BackupTypeFilter::SYSTEM;
  const auto summaries = *run(&list_backups, list)->BackupSummaries;
  ASSERT_EQ(summaries.size(), 1U);
  EXPECT_EQ(summaries[0].BackupName, "orders$DeletedTableBackup");
  EXPECT_EQ(*summaries[0].BackupExpiryDateTime - call.now, std::chrono::days(35));
  EXPECT_EQ(stored(KeyKind::TableItem), 0U);  // the remains were erased once it was made
  ASSERT_TRUE(restore(*summaries[0].BackupArn, "orders"));
  work();
  EXPECT_EQ(content("orders"), before);
  EXPECT_EQ(run(&delete_backup, DeleteBackupInput{*summaries[0].BackupArn}).error().code, "ValidationException");
  ASSERT_TRUE(background->advance(std::chrono::days(36), Millis(20'000)));
  EXPECT_EQ(run(&list_backups, list)->BackupSummaries->size(), 0U);
}

TEST_F(BackupsTest, RecoveryWindow) {
  create("orders");
  DescribeContinuousBackupsInput input;
  input.TableName = "orders";
  auto described = *run(&describe_continuous_backups, input)->ContinuousBackupsDescription;
  EXPECT_EQ(described.ContinuousBackupsStatus, "ENABLED");
  EXPECT_EQ(described.PointInTimeRecoveryDescription->PointInTimeRecoveryStatus, "DISABLED");
  EXPECT_EQ(restore_past("orders", "again", {}).error().code, "PointInTimeRecoveryUnavailableException");
  const Instant start = clock.now();
  protect("orders");
  clock.freeze(start + std::chrono::days(40));
  call.now = clock.now();
  described = *run(&describe_continuous_backups, input)->ContinuousBackupsDescription;
  EXPECT_EQ(described.PointInTimeRecoveryDescription->EarliestRestorableDateTime, start + std::chrono::days(5));
  EXPECT_EQ(described.PointInTimeRecoveryDescription->RecoveryPeriodInDays, 35);
  protect("orders", 2);
  described = *run(&describe_continuous_backups, input)->ContinuousBackupsDescription;
  EXPECT_EQ(described.PointInTimeRecoveryDescription->EarliestRestorableDateTime, start + std::chrono::days(38));
  protect("orders", 35);  // what is gone stays gone
  described = *run(&describe_continuous_backups, input)->ContinuousBackupsDescription;
  EXPECT_EQ(described.PointInTimeRecoveryDescription->EarliestRestorableDateTime, start + std::chrono::days(38));
  EXPECT_EQ(restore_past("orders", "again", start).error().code, "InvalidRestoreTimeException");
  EXPECT_EQ(restore_past("orders", "again", clock.now() + Millis(1)).error().code, "InvalidRestoreTimeException");
}

TEST_F(BackupsTest, ToAPointInTime) {
  create("orders");
  fill("orders", 1200);
  protect("orders");
  const auto first = content("orders");
  const Instant then = clock.now();
  clock.freeze(then + std::chrono::seconds(10));
  call.now = clock.now();
  for (int i = 0; i < 20; ++i) put("orders", {{"id", item::Value::string(std::to_string(i))}});
  put("orders", {{"id", item::Value::string("new")}});
  const auto last = content("orders");
  const auto restored = restore_past("orders", "past", then);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->TableDescription->TableStatus, TableStatus::CREATING);
  EXPECT_EQ(restored->TableDescription->RestoreSummary->RestoreDateTime, then);
  ASSERT_TRUE(restore_past("orders", "latest", {}));
  work();
  EXPECT_EQ(stored(KeyKind::Outbox), 0U);
  EXPECT_EQ(describe("past").TableStatus, TableStatus::ACTIVE);
  EXPECT_EQ(content("past"), first);
  EXPECT_EQ(content("latest"), last);
}

TEST_F(BackupsTest, TheLatestStateWhenTheClockWasSetBack) {
  create("orders");
  protect("orders");
  clock.freeze(clock.now() + std::chrono::days(1));
  call.now = clock.now();
  put("orders", {{"id", item::Value::string("later")}});
  clock.freeze(clock.now() - std::chrono::days(1));
  call.now = clock.now();
  put("orders", {{"id", item::Value::string("earlier")}});
  ASSERT_TRUE(restore_past("orders", "latest", {}));
  work();
  EXPECT_EQ(content("latest"), content("orders"));
}

}  // namespace
}  // namespace orrery::dynamodb
