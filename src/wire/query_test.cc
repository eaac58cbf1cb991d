#include "shapes/iam.h"
#include "shapes/sts.h"
#include "wire/test_support.h"

#include <gtest/gtest.h>

namespace orrery::wire {
namespace {

using testing::parse;
using testing::problem;

TEST(Query, ReadsListsOfStructures) {
  const auto input = parse<iam::CreateRoleRequest>(
      iam::model(), "CreateRole",
      {.body = "Action=CreateRole&Version=2010-05-08&RoleName=r&AssumeRolePolicyDocument=%7B%22a%22%3A+1%7D&"
               "MaxSessionDuration="
               "3600&Tags.member.10.Key=ten&Tags.member.10.Value=&Tags.member.2.Value=2&Tags.member.2.Key=two"});
  ASSERT_TRUE(input) << problem(input.error());
  EXPECT_EQ(input->AssumeRolePolicyDocument, "{\"a\": 1}");
  EXPECT_EQ(input->MaxSessionDuration, 3600);
  ASSERT_EQ(input->Tags->size(), 2u);
  EXPECT_EQ((*input->Tags)[0].Key, "two");
  EXPECT_EQ((*input->Tags)[1].Key, "ten");
  EXPECT_EQ((*input->Tags)[1].Value, "");
}

TEST(Query, ReadsParametersOfAGet) {
  const auto input =
      parse<iam::GetRoleRequest>(iam::model(), "GetRole", {.query = {{"Action", "GetRole"}, {"RoleName", "r"}}});
  ASSERT_TRUE(input) << problem(input.error());
  EXPECT_EQ(input->RoleName, "r");
}

TEST(Query, RefusesWhatIsNotOfTheType) {
  const auto input = parse<sts::AssumeRoleRequest>(
      sts::model(), "AssumeRole",
      {.body = "RoleArn=arn:aws:iam::123456789012:role/r&RoleSessionName=s&DurationSeconds=soon"});
  ASSERT_FALSE(input);
  EXPECT_EQ(input.error().code, "MalformedInput");
  EXPECT_FALSE(parse<iam::GetRoleRequest>(iam::model(), "GetRole", {.body = "RoleName=%zz"}));
}

TEST(Query, MissingMembersInsideLists) {
  const auto input = parse<iam::TagRoleRequest>(iam::model(), "TagRole", {.body = "RoleName=r&Tags.member.1.Key=k"});
  ASSERT_FALSE(input);
  EXPECT_EQ(
      input.error().message,
      "1 validation error detected: Value null at 'tags.1.member.value' failed to satisfy constraint: Member must "
      "not be null");
}

TEST(Query, WritesTheResult) {
  sts::GetCallerIdentityResponse output;
  output.UserId = "AID<A>";
  output.Account = "123456789012";
  const ReplyParts reply = testing::reply(sts::model(), "GetCallerIdentity", output);
  EXPECT_EQ(testing::header(reply, "Content-Type"), "text/xml");
  EXPECT_EQ(
      reply.body,
      "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n<GetCallerIdentityResult>\n"
      "<UserId>AID&lt;A&gt;</UserId><Account>123456789012</Account></GetCallerIdentityResult>\n<ResponseMetadata>\n"
      "<RequestId>req-1</RequestId>\n</ResponseMetadata>\n</GetCallerIdentityResponse>\n");
}

TEST(Query, WritesListsAndTimes) {
  iam::ListRolesResponse output;
  iam::Role& role = output.Roles.emplace_back();
  role.Path = "/";
  role.RoleName = "r";
  role.RoleId = "i";
  role.Arn = "a";
  role.CreateDate = instant_from_ms(0);
  output.IsTruncated = false;
  const std::string body = testing::reply(iam::model(), "ListRoles", output).body;
  EXPECT_NE(
      body.find("<Roles><member><Path>/</Path><RoleName>r</RoleName><RoleId>i</RoleId><Arn>a</Arn><CreateDate>1970-"
                "01-01T00:00:00Z</CreateDate></member></Roles><IsTruncated>false</IsTruncated>"),
      std::string::npos)
      << body;
  EXPECT_NE(testing::reply(iam::model(), "DeleteRole", Empty{}).body.find("<ResponseMetadata>"), std::string::npos);
}

TEST(Query, WritesErrors) {
  const ReplyParts reply = serialize_error(iam::model(), nullptr, iam::errors::NoSuchEntityException("no role"), "id");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.body,
            "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\n<Error>\n<Type>Sender</Type><Code>"
            "NoSuchEntity</Code><Message>no role</Message>\n</Error>\n<RequestId>id</RequestId>\n</ErrorResponse>\n");
}

}  // namespace
}  // namespace orrery::wire
