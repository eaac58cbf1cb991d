#include "shapes/events.h"
#include "shapes/iam.h"
#include "shapes/lambda.h"
#include "shapes/logs.h"
#include "shapes/s3.h"
#include "shapes/sts.h"
#include "wire/protocol_internal.h"
#include "wire/test_support.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orrery::wire {
namespace {

using testing::parse;
using testing::problem;

std::string of(const auto& result) { return result ? "(none)" : problem(result.error()); }

TEST(Validate, NamesWhatIsMissing) {
  EXPECT_EQ(of(parse<events::PutTargetsRequest>(events::model(), "PutTargets", {.body = R"({"Rule":"r"})"})),
            "ValidationException: 1 validation error detected: Value null at 'targets' failed to satisfy constraint: "
            "Member must not be null");
  EXPECT_EQ(
      of(parse<events::PutTargetsRequest>(events::model(), "PutTargets",
                                          {.body = R"({"Rule":"r","Targets":[{"Id":"a","Arn":"x"},{"Id":"b"}]})"})),
      "ValidationException: 1 validation error detected: Value null at 'targets.2.member.arn' failed to satisfy "
      "constraint: Member must not be null");
  EXPECT_EQ(
      of(parse<events::PutTargetsRequest>(events::model(), "PutTargets", {.body = ""})),
      "ValidationException: 2 validation errors detected: Value null at 'rule' failed to satisfy constraint: Member "
      "must not be null; Value null at 'targets' failed to satisfy constraint: Member must not be null");
}

TEST(Validate, LengthsPatternsRangesAndSets) {
  EXPECT_EQ(
      of(parse<events::DescribeRuleRequest>(events::model(), "DescribeRule", {.body = R"({"Name":"a b"})"})),
      "ValidationException: 1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: Member "
      "must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+");
  EXPECT_EQ(
      of(parse<logs::GetLogEventsRequest>(logs::model(), "GetLogEvents",
                                          {.body = R"({"logGroupName":"g","logStreamName":"s","limit":0})"})),
      "InvalidParameterException: 1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: "
      "Member must have value greater than or equal to 1");
  EXPECT_EQ(
      of(parse<events::PutRuleRequest>(events::model(), "PutRule", {.body = R"({"Name":"r","State":"ON"})"})),
      "ValidationException: 1 validation error detected: Value 'ON' at 'state' failed to satisfy constraint: Member "
      "must satisfy enum value set: [ENABLED, DISABLED, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS]");
  EXPECT_EQ(of(parse<events::PutEventsRequest>(events::model(), "PutEvents", {.body = R"({"Entries":[]})"})),
            "ValidationException: 1 validation error detected: Value '[]' at 'entries' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1");
}

TEST(Validate, ElementsOfListsAndMaps) {
  EXPECT_EQ(
      of(parse<events::UntagResourceRequest>(events::model(), "UntagResource",
                                             {.body = R"({"ResourceARN":"arn","TagKeys":["ok",""]})"})),
      "ValidationException: 1 validation error detected: Value '[ok, ]' at 'tagKeys' failed to satisfy constraint: "
      "Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length "
      "greater than or equal to 1]");
  const std::string map = of(parse<logs::CreateLogGroupRequest>(logs::model(), "CreateLogGroup",
                                                                {.body = R"({"logGroupName":"g","tags":{"a*":"v"}})"}));
  EXPECT_THAT(map,
              ::testing::StartsWith(
                  "InvalidParameterException: 1 validation error detected: Value '{a*=v}' at 'tags' failed to satisfy "
                  "constraint: Map keys must satis"));
}

TEST(Validate, CountsCharactersNotBytes) {
  std::string name;
  for (int i = 0; i < 256; ++i) name += "\xc3\xa9";
  EXPECT_EQ(of(parse<events::TagResourceRequest>(
                events::model(), "TagResource",
                {.body = R"({"ResourceARN":"arn","Tags":[{"Key":"k","Value":")" + name + "\"}]}"})),
            "(none)");
}

TEST(Validate, QueryServicesCallItValidationError) {
  EXPECT_EQ(
      of(parse<iam::GetRoleRequest>(iam::model(), "GetRole", {.body = "Action=GetRole&RoleName=a%20b"})),
      "ValidationError: 1 validation error detected: Value 'a b' at 'roleName' failed to satisfy constraint: Member "
      "must satisfy regular expression pattern: [\\w+=,.@-]+");
}

TEST(Validate, SecretsAreNotRepeated) {
  const std::string text = of(parse<lambda::CreateFunctionRequest>(
      lambda::model(), "CreateFunction",
      {.body = R"({"FunctionName":"f","Role":"arn:aws:iam::123456789012:role/r","Code":{},
                   "Environment":{"Variables":{"1bad":"hunter2"}}})"}));
  EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  EXPECT_NE(text.find("Value at 'environment.variables'"), std::string::npos) << text;
}

TEST(Validate, LambdaHasItsOwnWordsForRuntimes) {
  const auto input = parse<lambda::UpdateFunctionConfigurationRequest>(
      lambda::model(), "UpdateFunctionConfiguration",
      {.body = R"({"Runtime":"cobol"})", .labels = {{"FunctionName", "f"}}});
  EXPECT_THAT(of(input),
              ::testing::StartsWith("InvalidParameterValueException: Value cobol at 'runtime' failed to satisfy "
                                    "constraint: Member must satisfy enum value set: ["));
  EXPECT_THAT(of(input), ::testing::EndsWith("] or be a valid ARN"));
}

void collect(const Shape& shape, std::set<const Shape*>& seen) {
  if (!seen.insert(&shape).second) return;
  for (const Member& member : shape.members) collect(*member.shape, seen);
  if (shape.element != nullptr) collect(*shape.element, seen);
  if (shape.key != nullptr) collect(*shape.key, seen);
}

TEST(Validate, EveryPatternCompiles) {
  int patterns = 0;
  for (const ServiceModel* model :
       {&events::model(), &iam::model(), &lambda::model(), &logs::model(), &s3::model(), &sts::model()}) {
    std::set<const Shape*> shapes;
    for (const OperationModel& operation : model->operations) {
      if (!operation.in_scope) continue;
      collect(*operation.input, shapes);
      collect(*operation.output, shapes);
    }
    for (const Shape* shape : shapes) {
      EXPECT_TRUE(pattern_compiles(*shape)) << model->id << " " << shape->name << " " << shape->pattern;
      patterns += shape->pattern.empty() ? 0 : 1;
    }
  }
  EXPECT_GT(patterns, 50);
}

}  // namespace
}  // namespace orrery::wire
