// The operations against the in-memory store and real blobs: what a client cannot see from outside.
#include "base/clock.h"
#include "services/s3/operations.h"
#include "services/s3/records.h"
#include "store/temp_dir.h"

#include <gtest/gtest.h>

namespace orrery::s3 {
namespace {

// Denies what its list names.
class ListedAuthorizer final : public Authorizer {
 public:
  Result<> check(Reader&, const Call&, const Access& access) override {
    for (const auto& one : denied) {
      if (one == access.action + " " + access.resource) return fail(api_error("AccessDenied", one, 403));
    }
    return {};
  }
  std::vector<std::string> denied;
};

class ObjectsTest : public ::testing::Test {
 protected:
  ObjectsTest() : blobs_(*open_blob_store(folder_ / "blobs", clock_, random_, Durability::Relaxed)), s3_{*blobs_} {
    call_.account = "000000000000";
    call_.region = "us-east-1";
    call_.now = instant_from_ms(1'772'000'000'123);
    call_.authorizer = &authorizer_;
    CreateBucketRequest create;
    create.Bucket = "bucket";
    EXPECT_TRUE(store_->transact([&](Transaction& tx) { return create_bucket(s3_, call_, tx, create); }).ok());
  }

  Result<PutObjectOutput> put(const std::string& key, const std::string& body) {
    PutObjectRequest input;
    input.Bucket = "bucket";
    input.Key = key;
    const auto sink = TRY(open_object(s3_, call_, input));
    for (std::size_t at = 0; at < body.size(); at += 50'000)
      TRY(sink->write(std::string_view(body).substr(at, 50'000)));
    TRY(sink->finish({}));
    call_.payload = sink.get();
    return store_->transact([&](Transaction& tx) { return put_object(s3_, call_, tx, input); });
  }

  Result<GetObjectOutput> get(const std::string& key) {
    GetObjectRequest input;
    input.Bucket = "bucket";
    input.Key = key;
    return get_object(s3_, call_, *store_->snapshot(), input);
  }

  Result<DeleteObjectsOutput> erase(const std::vector<std::string>& keys) {
    DeleteObjectsRequest input;
    input.Bucket = "bucket";
    for (const auto& key : keys) input.Delete.Objects.push_back({key, {}, {}, {}, {}});
    return store_->transact([&](Transaction& tx) { return delete_objects(s3_, call_, tx, input); });
  }

  // Files that are left once the unreferenced ones are collected.
  int collected() { return *blobs_->collect(*store_, Millis(-1000)); }

  TempDir folder_;
  Clock clock_;
  Random random_{1};
  std::unique_ptr<Store> store_ = make_memory_store();
  std::unique_ptr<BlobStore> blobs_;
  S3 s3_;
  ListedAuthorizer authorizer_;
  Call call_;
};

TEST_F(ObjectsTest, BlobsLiveAsLongAsTheirObjects) {
  const std::string large(kInlineMost + 1, 'x');
  ASSERT_TRUE(put("k", large).ok());
  EXPECT_EQ(collected(), 0);
  ASSERT_TRUE(get("k").ok());
  EXPECT_EQ(call_.reply.body->length(), large.size());
  ASSERT_TRUE(put("k", large).ok());  // the same again: the old file goes
  EXPECT_EQ(collected(), 1);
  ASSERT_TRUE(put("k", "small").ok());
  EXPECT_EQ(collected(), 1);
  ASSERT_TRUE(put("k", large).ok());
  ASSERT_TRUE(erase({"k"}).ok());
  EXPECT_EQ(collected(), 1);
}

TEST_F(ObjectsTest, TimesAreWholeSeconds) {
  ASSERT_TRUE(put("k", "x").ok());
  EXPECT_EQ(get("k")->LastModified, instant_from_ms(1'772'000'000'000));
}

TEST_F(ObjectsTest, EachKeyOfADeleteIsAuthorizedByItself) {
  ASSERT_TRUE(put("a", "1").ok());
  ASSERT_TRUE(put("b", "1").ok());
  authorizer_.denied = {"s3:DeleteObject arn:aws:s3:::bucket/b"};
  const auto output = erase({"a", "b"});
  ASSERT_TRUE(output.ok());
  EXPECT_EQ(output->Deleted->size(), 1U);
  ASSERT_EQ(output->Errors->size(), 1U);
  EXPECT_EQ(output->Errors->front().Code, "AccessDenied");
  EXPECT_FALSE(get("a").ok());
  EXPECT_TRUE(get("b").ok());
}

TEST_F(ObjectsTest, AMissingKeyIsSaidToThoseWhoMayList) {
  EXPECT_EQ(get("k").error().code, "NoSuchKey");
  authorizer_.denied = {"s3:ListBucket arn:aws:s3:::bucket"};
  EXPECT_EQ(get("k").error().code, "AccessDenied");
}

TEST_F(ObjectsTest, AnotherAccountsBucket) {
  ASSERT_TRUE(put("k", "x").ok());
  call_.account = "111111111111";
  EXPECT_EQ(get("k").error().code, "AccessDenied");
  EXPECT_EQ(put("k", "x").error().code, "AccessDenied");
  CreateBucketRequest create;
  create.Bucket = "bucket";
  EXPECT_EQ(store_->transact([&](Transaction& tx) { return create_bucket(s3_, call_, tx, create); }).error().code,
            "BucketAlreadyExists");
}

TEST_F(ObjectsTest, AnAnnouncedBodyOfMoreThan5GiBIsRefusedAtOnce) {
  PutObjectRequest input;
  input.Bucket = "bucket";
  input.Key = "k";
  input.ContentLength = std::int64_t{5} * 1024 * 1024 * 1024 + 1;
  EXPECT_EQ(open_object(s3_, call_, input).error().code, "EntityTooLarge");
}

}  // namespace
}  // namespace orrery::s3
