#include "shapes/lambda.h"
#include "shapes/s3.h"
#include "wire/test_support.h"

#include <gtest/gtest.h>

namespace orrery::wire {
namespace {

using testing::parse;
using testing::problem;

TEST(RestJson, ReadsBodyLabelsAndBlobs) {
  const auto input = parse<lambda::CreateFunctionRequest>(
      lambda::model(), "CreateFunction",
      {.body = R"({"FunctionName":"f","Role":"arn:aws:iam::123456789012:role/r","Code":{"ZipFile":"UEsDBA=="},
                   "Timeout":3,"Environment":{"Variables":{"AB":"b"}}})"});
  ASSERT_TRUE(input) << problem(input.error());
  EXPECT_EQ(input->Code.ZipFile, "PK\x03\x04");
  EXPECT_EQ(input->Environment->Variables->at("AB"), "b");
}

TEST(RestJson, PayloadIsTheBodyItself) {
  const auto input = parse<lambda::InvocationRequest>(lambda::model(), "Invoke",
                                                      {.body = "not json",
                                                       .headers = {{"x-amz-invocation-type", "Event"}},
                                                       .query = {{"Qualifier", "$LATEST"}},
                                                       .labels = {{"FunctionName", "f"}}});
  ASSERT_TRUE(input) << problem(input.error());
  EXPECT_EQ(input->FunctionName, "f");
  EXPECT_EQ(input->InvocationType, "Event");
  EXPECT_EQ(input->Qualifier, "$LATEST");
  EXPECT_EQ(input->Payload, "not json");

  lambda::InvocationResponse output;
  output.StatusCode = 202;
  output.FunctionError = "Unhandled";
  output.Payload = "{}";
  const ReplyParts reply = testing::reply(lambda::model(), "Invoke", output);
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.body, "{}");
  EXPECT_EQ(testing::header(reply, "X-Amz-Function-Error"), "Unhandled");
}

TEST(RestJson, QueryParameters) {
  const auto input = parse<lambda::UntagResourceRequest>(
      lambda::model(), "UntagResource",
      {.query = {{"tagKeys", "a"}, {"tagKeys", "b"}},
       .labels = {{"Resource", "arn:aws:lambda:us-east-1:123456789012:function:f"}}});
  ASSERT_TRUE(input) << problem(input.error());
  EXPECT_EQ(input->TagKeys, (std::vector<std::string>{"a", "b"}));
  const auto wrong =
      parse<lambda::ListFunctionsRequest>(lambda::model(), "ListFunctions", {.query = {{"MaxItems", "x"}}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(problem(wrong.error()), "SerializationException: STRING_VALUE can not be converted to an Integer");
  EXPECT_EQ(testing::reply(lambda::model(), "DeleteFunction", lambda::DeleteFunctionResponse{}).body, "");
}

TEST(RestJson, Errors) {
  const ReplyParts reply = serialize_error(lambda::model(), nullptr,
                                           lambda::errors::ResourceNotFoundException("Function not found: f"), "id");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(testing::header(reply, "x-amzn-ErrorType"), "ResourceNotFoundException");
  EXPECT_EQ(reply.body, R"({"Type":"User","Message":"Function not found: f"})");
}

TEST(RestXml, ReadsHeadersAndMetadata) {
  const auto input = parse<s3::PutObjectRequest>(s3::model(), "PutObject",
                                                 {.headers = {{"content-length", "5"},
                                                              {"X-Amz-Meta-Color", "red"},
                                                              {"x-amz-meta-b", "2"},
                                                              {"Content-Type", "t/x"}},
                                                  .labels = {{"Bucket", "b"}, {"Key", "k/ä"}}});
  ASSERT_TRUE(input) << problem(input.error());
  EXPECT_EQ(input->Key, "k/ä");
  EXPECT_EQ(input->ContentLength, 5);
  EXPECT_EQ(input->ContentType, "t/x");
  EXPECT_EQ(*input->Metadata, (std::map<std::string, std::string>{{"color", "red"}, {"b", "2"}}));
  EXPECT_TRUE(find_operation(s3::model(), "PutObject")->streaming_input);
}

TEST(RestXml, BadDatesAndNumbers) {
  const auto object = parse<s3::GetObjectRequest>(
      s3::model(), "GetObject",
      {.headers = {{"if-modified-since", "yesterday"}}, .labels = {{"Bucket", "b"}, {"Key", "k"}}});
  ASSERT_TRUE(object) << problem(object.error());
  EXPECT_FALSE(object->IfModifiedSince);
  const auto list = parse<s3::ListObjectsV2Request>(s3::model(), "ListObjectsV2",
                                                    {.query = {{"max-keys", "x"}}, .labels = {{"Bucket", "b"}}});
  ASSERT_FALSE(list);
  EXPECT_EQ(problem(list.error()), "InvalidArgument: Provided max-keys not an integer or within integer range");
}

TEST(RestXml, ReadsFlattenedListsAndRefusesBadDocuments) {
  const auto of = [](std::string body) {
    return parse<s3::DeleteObjectsRequest>(s3::model(), "DeleteObjects",
                                           {.body = std::move(body), .labels = {{"Bucket", "b"}}});
  };
  const auto input =
      of("<?xml version=\"1.0\"?><x:Delete xmlns:x=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a&amp;"
         "<![CDATA[<b>]]></Key></Object><Quiet>true</Quiet><Object><Key> </Key><VersionId>null</VersionId>"
         "</Object></x:Delete>");
  ASSERT_TRUE(input) << problem(input.error());
  ASSERT_EQ(input->Delete.Objects.size(), 2u);
  EXPECT_EQ(input->Delete.Objects[0].Key, "a&<b>");
  EXPECT_EQ(input->Delete.Objects[1].Key, " ");
  EXPECT_EQ(input->Delete.Quiet, true);
  for (const char* body : {"", "<Delete>", "<Other/>", "<Delete/>", "<Delete><Object/></Delete>", "{}",
                           "<Delete><Object><Key>k</Key></Object><Quiet>maybe</Quiet></Delete>"}) {
    const auto bad = of(body);
    ASSERT_FALSE(bad) << body;
    EXPECT_EQ(bad.error().code, "MalformedXML") << body;
  }
}

TEST(RestXml, WritesLists) {
  s3::ListObjectsV2Output output;
  output.Name = "b";
  output.KeyCount = 1;
  s3::Object& object = output.Contents.emplace().emplace_back();
  object.Key = "k\r\x01";
  object.LastModified = instant_from_ms(1);
  object.ETag = "\"e\"";
  object.Size = 3;
  output.CommonPrefixes.emplace().push_back({.Prefix = "p/"});
  const ReplyParts reply = testing::reply(s3::model(), "ListObjectsV2", output);
  EXPECT_EQ(
      reply.body,
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<Contents><Key>k&#xd;&#x1;</Key><LastModified>1970-01-01T00:00:00.001Z</LastModified><ETag>&quot;e&quot;</ETag>"
      "<Size>3</Size></Contents><Name>b</Name><CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes>"
      "<KeyCount>1</KeyCount></ListBucketResult>");
  EXPECT_EQ(testing::header(reply, "Content-Type"), "application/xml");
  EXPECT_EQ(testing::header(reply, "x-amz-request-id"), "req-1");
}

TEST(RestXml, WritesWrappedListsHeadersAndTheBareLocation) {
  s3::ListBucketsOutput buckets;
  buckets.Buckets.emplace().emplace_back().Name = "b";
  EXPECT_NE(testing::reply(s3::model(), "ListBuckets", buckets)
                .body.find(
                    "<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Buckets><Bucket><Name>b"
                    "</Name></Bucket></Buckets></ListAllMyBucketsResult>"),
            std::string::npos);
  const std::string start = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  const std::string open = "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  s3::GetBucketLocationOutput location;
  EXPECT_EQ(testing::reply(s3::model(), "GetBucketLocation", location).body, start + open + "</LocationConstraint>");
  location.LocationConstraint = "eu-west-1";
  EXPECT_EQ(testing::reply(s3::model(), "GetBucketLocation", location).body,
            start + open + "eu-west-1</LocationConstraint>");

  s3::GetObjectOutput object;
  object.LastModified = instant_from_ms(1000);
  object.Metadata.emplace()["color"] = "red";
  object.ContentType = "text/plain";
  const ReplyParts reply = testing::reply(s3::model(), "GetObject", object);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(testing::header(reply, "Last-Modified"), "Thu, 01 Jan 1970 00:00:01 GMT");
  EXPECT_EQ(testing::header(reply, "x-amz-meta-color"), "red");
  EXPECT_EQ(testing::header(reply, "Content-Type"), "text/plain");
}

TEST(RestXml, Errors) {
  const ReplyParts reply =
      serialize_error(s3::model(), nullptr,
                      s3::errors::NoSuchBucket("The specified bucket does not exist").with("BucketName", "b<"), "id");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(
      reply.body,
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchBucket</Code><Message>The specified bucket does "
      "not exist</Message><BucketName>b&lt;</BucketName><RequestId>id</RequestId><HostId>id</HostId></Error>");
  EXPECT_EQ(
      serialize_error(s3::model(), find_operation(s3::model(), "HeadObject"), s3::errors::NoSuchKey("x"), "id").body,
      "");
}

}  // namespace
}  // namespace orrery::wire
