#include "services/lambda/records.h"

#include "services/record.h"

#include <gtest/gtest.h>

namespace orrery::lambda {
namespace {

using std::chrono::seconds;

const Instant kNow = instant_from_ms(1'772'000'000'000);

struct RecordsTest : testing::Test {
  RecordsTest() : store(make_memory_store()), name{"123456789012", "us-east-1", "f", {}} {
    call.account = name.account;
    call.region = name.region;
  }

  void write(const std::function<Result<>(Transaction&)>& body) { ASSERT_TRUE(store->transact(body)); }

  void put_latest(FunctionRecord record) {
    record.configuration.Version = std::string(kLatest);
    write([&](Transaction& tx) { return put_function(tx, name, record); });
  }

  void put_versions(std::uint64_t count) {
    for (std::uint64_t n = 1; n <= count; ++n) {
      FunctionRecord record;
      record.configuration.Version = std::to_string(n);
      write([&](Transaction& tx) { return put_version(tx, name, n, record); });
    }
  }

  void put_alias(const std::string& alias, const std::string& version, std::map<std::string, double> weights = {}) {
    AliasConfiguration made;
    made.FunctionVersion = version;
    if (!weights.empty()) made.RoutingConfig = AliasRoutingConfiguration{std::move(weights)};
    write([&](Transaction& tx) { return put_shape(tx, alias_key(name.with(alias)), made); });
  }

  std::string version_of(std::string_view qualifier) {
    const auto resolved = resolve(*store->snapshot(), name.with(qualifier));
    return resolved ? resolved->version : resolved.error().code;
  }

  std::unique_ptr<Store> store;
  FunctionName name;
  Call call;
};

TEST_F(RecordsTest, EveryFormOfAName) {
  for (const char* text : {"f:live", "function:f:live", "123456789012:function:f:live",
                           "arn:aws:lambda:us-east-1:123456789012:function:f:live"}) {
    const auto parsed = named_function(call, text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->qualified_arn(), "arn:aws:lambda:us-east-1:123456789012:function:f:live") << text;
    EXPECT_EQ(parsed->arn(), "arn:aws:lambda:us-east-1:123456789012:function:f") << text;
  }
  EXPECT_EQ(named_function(call, "f", "7")->version(), 7U);
  EXPECT_EQ(named_function(call, "f:7", "7")->version(), 7U);
  EXPECT_FALSE(named_function(call, "f", "7a")->version());
  EXPECT_TRUE(named_function(call, "f:$LATEST")->latest());
  EXPECT_TRUE(named_function(call, "f")->latest());
}

TEST_F(RecordsTest, NamesThatContradict) {
  EXPECT_EQ(named_function(call, "f:1", "2").error().message,
            "The derived qualifier from the function name does not match the specified qualifier.");
  EXPECT_EQ(named_function(call, "arn:aws:lambda:eu-west-1:123456789012:function:f").error().code,
            "ResourceNotFoundException");
}

TEST_F(RecordsTest, QualifiersResolve) {
  EXPECT_EQ(version_of(""), "ResourceNotFoundException");
  FunctionRecord latest;
  latest.settings.reserved_concurrency = 7;
  put_latest(latest);
  put_versions(2);
  put_alias("live", "2");
  EXPECT_EQ(version_of(""), "$LATEST");
  EXPECT_EQ(version_of("$LATEST"), "$LATEST");
  EXPECT_EQ(version_of("1"), "1");
  EXPECT_EQ(version_of("live"), "2");
  EXPECT_EQ(version_of("3"), "ResourceNotFoundException");
  EXPECT_EQ(version_of("dead"), "ResourceNotFoundException");
  const auto resolved = resolve(*store->snapshot(), name.with("live"));
  EXPECT_EQ(resolved->record.configuration.Version, "2");
  EXPECT_EQ(resolved->settings.reserved_concurrency, 7);
  EXPECT_EQ(spec_of(*resolved, "/code").version, "2");
  EXPECT_EQ(spec_of(*resolved, "/code").reserved_concurrency, 7);
}

TEST_F(RecordsTest, WeightsShareInvocations) {
  put_latest({});
  put_versions(2);
  put_alias("live", "1", {{"2", 0.25}});
  Random random(1);
  const auto snapshot = store->snapshot();
  int second = 0;
  for (int i = 0; i < 1000; ++i) {
    if (resolve_to_run(*snapshot, name.with("live"), random)->version == "2") ++second;
  }
  EXPECT_NEAR(second, 250, 60);
  EXPECT_EQ(version_of("live"), "1");
}

TEST_F(RecordsTest, AllOfARecordComesBack) {
  FunctionRecord record;
  record.configuration.Timeout = 9;
  record.configuration.RevisionId = "revision";
  record.blob_id = "blob";
  record.code_key = "code";
  record.unzipped_bytes = 5;
  record.layers = {{"b1", "c1", 1}, {"b2", "c2", 2}};
  record.deployment = "deployment";
  record.update_runtime_on = "Manual";
  record.runtime_version_arn = "arn";
  record.ready_at = kNow;
  record.settings = {3, 4, "Allow", "signing"};
  put_latest(record);
  const auto read = get_function(*store->snapshot(), name);
  ASSERT_TRUE(read && *read);
  const FunctionRecord& back = **read;
  EXPECT_EQ(back.configuration.Timeout, 9);
  EXPECT_EQ(back.unzipped_bytes, 5);
  ASSERT_EQ(back.layers.size(), 2U);
  EXPECT_EQ(back.layers[1].code_key, "c2");
  EXPECT_EQ(back.layers[1].unzipped_bytes, 2);
  EXPECT_EQ(back.deployment, "deployment");
  EXPECT_EQ(back.update_runtime_on, "Manual");
  EXPECT_EQ(back.runtime_version_arn, "arn");
  EXPECT_EQ(back.ready_at, kNow);
  EXPECT_EQ(back.settings.last_version, 3U);
  EXPECT_EQ(back.settings.reserved_concurrency, 4);
  EXPECT_EQ(back.settings.recursive_loop, "Allow");
  EXPECT_EQ(back.settings.code_signing_config, "signing");
}

// Records of before versions existed have neither settings nor deployments.
TEST_F(RecordsTest, OldRecordsAreReadable) {
  FunctionConfiguration configuration;
  configuration.RevisionId = "revision";
  write([&](Transaction& tx) {
    return put_record(
        tx, function_key(name),
        json::object{{"configuration", wire::to_document(wire::shape_for<FunctionConfiguration>(), &configuration)},
                     {"blob", "b"},
                     {"code", "c"}});
  });
  const auto resolved = resolve(*store->snapshot(), name);
  ASSERT_TRUE(resolved);
  EXPECT_EQ(resolved->record.deployment, "revision");
  EXPECT_EQ(resolved->settings.recursive_loop, "Terminate");
  EXPECT_EQ(resolved->record.update_runtime_on, "Auto");
}

TEST_F(RecordsTest, StateIsAQuestionOfTime) {
  FunctionRecord record;
  record.configuration.State = "Pending";
  record.configuration.StateReasonCode = "Creating";
  record.configuration.LastUpdateStatus = "InProgress";
  record.ready_at = kNow + seconds(5);
  EXPECT_EQ(describe(name, record, kNow).State, "Pending");
  EXPECT_FALSE(check_settled(name, record, kNow));
  const auto later = describe(name.with("1"), record, kNow + seconds(5));
  EXPECT_EQ(later.State, "Active");
  EXPECT_EQ(later.LastUpdateStatus, "Successful");
  EXPECT_FALSE(later.StateReasonCode);
  EXPECT_EQ(later.FunctionArn, name.arn() + ":1");
  EXPECT_TRUE(check_settled(name, record, kNow + seconds(5)));
  EXPECT_FALSE(list_item(name, record, kNow).State);
}

}  // namespace
}  // namespace orrery::lambda
