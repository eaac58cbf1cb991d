#include "wire/route.h"

#include "shapes/lambda.h"
#include "shapes/s3.h"

#include <gtest/gtest.h>

namespace orrery::wire {
namespace {

using Headers = std::vector<std::pair<std::string_view, std::string_view>>;

struct Case {
  std::string_view method, path;
  Pairs query;
  std::string_view operation;
  Headers headers = {};
};

void check(const ServiceModel& model, const std::vector<Case>& cases) {
  const RestRouter router(model);
  for (const Case& one : cases) {
    const auto route = router.find(one.method, one.path, one.query, one.headers);
    EXPECT_EQ(route ? route->operation->name : "(none)", one.operation)
        << one.method << " " << one.path << (one.query.empty() ? "" : "?" + one.query[0].first);
  }
}

TEST(Route, S3) {
  check(
      s3::model(),
      {
          {"GET", "/", {}, "ListBuckets"},
          {"GET", "/b", {}, "ListObjects"},
          {"GET", "/b/", {{"prefix", "x"}}, "ListObjects"},
          {"GET", "/b", {{"list-type", "2"}}, "ListObjectsV2"},
          {"GET", "/b", {{"list-type", "1"}}, "ListObjects"},
          {"GET", "/b", {{"location", ""}}, "GetBucketLocation"},
          {"GET", "/b", {{"acl", ""}}, "GetBucketAcl"},
          {"GET", "/b", {{"versioning", ""}}, "GetBucketVersioning"},
          {"GET", "/b", {{"versions", ""}}, "ListObjectVersions"},
          {"GET", "/b", {{"uploads", ""}}, "ListMultipartUploads"},
          {"PUT", "/b", {}, "CreateBucket"},
          {"PUT", "/b", {{"versioning", ""}}, "PutBucketVersioning"},
          {"HEAD", "/b", {}, "HeadBucket"},
          {"DELETE", "/b", {}, "DeleteBucket"},
          {"DELETE", "/b", {{"policy", ""}}, "DeleteBucketPolicy"},
          {"POST", "/b", {{"delete", ""}}, "DeleteObjects"},
          {"POST", "/b", {}, "(none)"},
          {"GET", "/b/k", {{"x-id", "GetObject"}}, "GetObject"},
          {"GET", "/b/k/", {{"versionId", "1"}}, "GetObject"},
          {"GET", "/b/k", {{"acl", ""}}, "GetObjectAcl"},
          {"GET", "/b/k", {{"tagging", ""}}, "GetObjectTagging"},
          {"GET", "/b/k", {{"uploadId", "u"}}, "ListParts"},
          {"PUT", "/b/k", {}, "PutObject"},
          {"PUT", "/b/k", {{"partNumber", "1"}, {"uploadId", "u"}}, "UploadPart"},
          {"PUT", "/b/k", {}, "CopyObject", {{"X-Amz-Copy-Source", "/a/b"}}},
          {"PUT", "/b/k", {{"uploadId", "u"}, {"partNumber", "1"}}, "UploadPartCopy", {{"x-amz-copy-source", "/a/b"}}},
          {"HEAD", "/b/k", {}, "HeadObject"},
          {"DELETE", "/b/k", {}, "DeleteObject"},
          {"DELETE", "/b/k", {{"uploadId", "u"}}, "AbortMultipartUpload"},
          {"POST", "/b/k", {{"uploads", ""}}, "CreateMultipartUpload"},
          {"PATCH", "/b/k", {}, "(none)"},
          {"GET", "/b/%zz", {}, "(none)"},
      });
}

TEST(Route, LabelsAreDecodedAndKeysKeepTheirSlashes) {
  const RestRouter router(s3::model());
  const auto route = router.find("GET", "/my-bucket/a%2Fb//c%20d+e/", {}, {});
  ASSERT_TRUE(route);
  EXPECT_EQ(route->labels, (Pairs{{"Bucket", "my-bucket"}, {"Key", "a/b//c d+e/"}}));
}

TEST(Route, AbsentOperationsAreKnown) {
  EXPECT_FALSE(find_operation(s3::model(), "CopyObject")->in_scope);
  EXPECT_TRUE(find_operation(s3::model(), "GetObject")->in_scope);
  EXPECT_EQ(find_operation(s3::model(), "NoSuchThing"), nullptr);
}

TEST(Route, Lambda) {
  check(lambda::model(), {
                             {"GET", "/2015-03-31/functions/", {}, "ListFunctions"},
                             {"GET", "/2015-03-31/functions", {}, "ListFunctions"},
                             {"POST", "/2015-03-31/functions", {}, "CreateFunction"},
                             {"GET", "/2015-03-31/functions/f", {}, "GetFunction"},
                             {"DELETE", "/2015-03-31/functions/f", {}, "DeleteFunction"},
                             {"GET", "/2015-03-31/functions/f/configuration", {}, "GetFunctionConfiguration"},
                             {"POST", "/2015-03-31/functions/f/invocations", {}, "Invoke"},
                             {"POST", "/2014-11-13/functions/f/invoke-async", {}, "InvokeAsync"},
                             {"GET", "/2015-03-31/functions/f/policy", {}, "GetPolicy"},
                             {"DELETE", "/2015-03-31/functions/f/policy/s", {}, "RemovePermission"},
                             {"DELETE", "/2017-03-31/tags/arn%3Aaws", {{"tagKeys", "k"}}, "UntagResource"},
                             {"GET", "/2015-03-31/functions/f/aliases/a", {}, "GetAlias"},
                             {"GET", "/2015-03-31/nothing", {}, "(none)"},
                         });
}

}  // namespace
}  // namespace orrery::wire
