// Whole stories of IAM, by the rows of its table and their JSON forms, over the store in memory.
#include "services/iam/iam.h"

#include "services/identity/stored_identity.h"
#include "shapes/iam.h"
#include "wire/protocol.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace orrery::iam {
namespace {

constexpr std::string_view kAccount = "000000000000";
constexpr std::string_view kList =
    R"({\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:ListAllMyBuckets\",\"Resource\":\"*\"}]})";

class IamTest : public testing::Test {
 protected:
  IamTest() : identity_(identity::make_identity(*store_, uses_, {{std::string(kAccount), "test", "test"}})) {
    root_.kind = auth::Principal::Kind::Root;
    root_.account = kAccount;
    root_.arn = "arn:aws:iam::000000000000:root";
  }

  // The output's JSON, or {"error": CODE, "message": TEXT}.
  json::value run(std::string_view name, const std::string& input = "{}") {
    const auto operation = std::ranges::find(service_.operations, name, &Operation::name);
    if (operation == service_.operations.end()) return {{"error", "absent"}};
    const ErasedValue value = operation->make_input();
    const auto document = parse_json(input);
    if (!document) return {{"error", "input"}, {"message", input}};
    if (const auto read = wire::from_document(operation->input_shape(), *document, value.get(), true); !read) {
      return told(read.error());
    }
    Call call;
    call.principal = &root_;
    call.account = kAccount;
    call.region = "us-east-1";
    call.now = now_;
    call.random = &random_;
    Result<ErasedValue> output;
    if (operation->kind == OperationKind::Reading) {
      const auto snapshot = store_->snapshot();
      output = operation->read(service_.self, call, *snapshot, value.get());
    } else {
      output = store_->transact([&](Transaction& tx) -> Result<ErasedValue> {
        return operation->transact(service_.self, call, tx, value.get());
      });
    }
    if (!output) return told(output.error());
    return wire::to_document(operation->output_shape(), output->get());
  }
  std::string error(std::string_view name, const std::string& input) {
    const json::value answer = run(name, input);
    return std::string(find_string(answer, "error").value_or(""));
  }
  std::string at(const json::value& value, std::string_view pointer) {
    boost::system::error_code failed;
    const json::value* found = value.find_pointer(pointer, failed);
    if (found == nullptr) return "-";
    return found->is_string() ? std::string(found->get_string()) : to_text(*found);
  }
  static json::value told(const Error& error) { return {{"error", error.code}, {"message", error.message}}; }

  std::unique_ptr<Store> store_ = make_memory_store();
  identity::Uses uses_;
  Random random_{7};
  Instant now_ = *parse_iso8601("2026-03-01T00:00:00Z");
  Iam iam_{uses_};
  Service service_ = iam_service(iam_);
  std::unique_ptr<Identity> identity_;
  auth::Principal root_;
};

TEST_F(IamTest, EveryOperationOfTheTableIsInTheModel) {
  for (const auto& operation : service_.operations) {
    EXPECT_NE(wire::find_operation(*service_.model, operation.name), nullptr) << operation.name;
  }
  EXPECT_TRUE(std::ranges::is_sorted(service_.operations, {}, &Operation::name));
}

TEST_F(IamTest, UsersAndTheirKeysAndPolicies) {
  const auto made = run("CreateUser", R"({"UserName":"ann","Path":"/x/","Tags":[{"Key":"team","Value":"blue"}]})");
  EXPECT_EQ(at(made, "/User/Arn"), "arn:aws:iam::000000000000:user/x/ann");
  EXPECT_EQ(error("CreateUser", R"({"UserName":"ANN"})"), "EntityAlreadyExists");
  const auto key = run("CreateAccessKey", R"({"UserName":"ann"})");
  const std::string id = at(key, "/AccessKey/AccessKeyId");
  run("PutUserPolicy", R"({"UserName":"ann","PolicyName":"p","PolicyDocument":")" + std::string(kList) + "\"}");
  run("CreateGroup", R"({"GroupName":"team"})");
  run("AddUserToGroup", R"({"GroupName":"team","UserName":"ann"})");
  run("AttachGroupPolicy", R"({"GroupName":"team","PolicyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"})");

  const auto look = [&] {
    const auto snapshot = store_->snapshot();
    return *identity_->find_credential(*snapshot, id);
  };
  const auto held = [&](const Credential& credential) {
    const auto snapshot = store_->snapshot();
    return *identity_->policies_of(*snapshot, *credential.principal, &credential);
  };
  auto credential = look();
  ASSERT_NE(credential, nullptr);
  EXPECT_EQ(credential->principal->arn, "arn:aws:iam::000000000000:user/x/ann");
  EXPECT_EQ(held(*credential).identity.size(), 2U);
  EXPECT_EQ(held(*credential).tags.size(), 1U);

  // A change is in force for the next request.
  run("RemoveUserFromGroup", R"({"GroupName":"team","UserName":"ann"})");
  EXPECT_EQ(held(*credential).identity.size(), 1U);
  run("UpdateUser", R"({"UserName":"ann","NewUserName":"anne"})");
  EXPECT_EQ(look()->principal->arn, "arn:aws:iam::000000000000:user/x/anne");
  EXPECT_EQ(held(*look()).identity.size(), 1U);
  run("UpdateAccessKey", R"({"UserName":"anne","AccessKeyId":")" + id + R"(","Status":"Inactive"})");
  EXPECT_FALSE(look()->active);
  EXPECT_EQ(error("DeleteUser", R"({"UserName":"anne"})"), "DeleteConflict");
  run("DeleteUserPolicy", R"({"UserName":"anne","PolicyName":"p"})");
  run("DeleteAccessKey", R"({"UserName":"anne","AccessKeyId":")" + id + "\"}");
  EXPECT_EQ(look(), nullptr);
  EXPECT_EQ(error("DeleteUser", R"({"UserName":"anne"})"), "");
  EXPECT_EQ(error("GetUser", R"({"UserName":"anne"})"), "NoSuchEntity");
}

TEST_F(IamTest, PolicyVersions) {
  const std::string arn = "arn:aws:iam::000000000000:policy/p";
  run("CreatePolicy", R"({"PolicyName":"p","PolicyDocument":")" + std::string(kList) + "\"}");
  for (int i = 0; i < 4; ++i) {
    run("CreatePolicyVersion", R"({"PolicyArn":")" + arn + R"(","PolicyDocument":")" + std::string(kList) + "\"}");
  }
  EXPECT_EQ(
      error("CreatePolicyVersion", R"({"PolicyArn":")" + arn + R"(","PolicyDocument":")" + std::string(kList) + "\"}"),
      "LimitExceeded");
  run("SetDefaultPolicyVersion", R"({"PolicyArn":")" + arn + R"(","VersionId":"v3"})");
  const auto versions = run("ListPolicyVersions", R"({"PolicyArn":")" + arn + R"(","MaxItems":2})");
  EXPECT_EQ(at(versions, "/Versions/0/VersionId"), "v5");
  EXPECT_EQ(at(versions, "/IsTruncated"), "true");
  EXPECT_EQ(error("DeletePolicyVersion", R"({"PolicyArn":")" + arn + R"(","VersionId":"v3"})"), "DeleteConflict");
  EXPECT_EQ(error("DeletePolicy", R"({"PolicyArn":")" + arn + "\"}"), "DeleteConflict");
  for (const char* version : {"v1", "v2", "v4", "v5"}) {
    run("DeletePolicyVersion", R"({"PolicyArn":")" + arn + R"(","VersionId":")" + version + "\"}");
  }
  EXPECT_EQ(error("DeletePolicy", R"({"PolicyArn":")" + arn + "\"}"), "");
}

TEST_F(IamTest, SimulationSaysWhichStatement) {
  const std::string policy =
      R"({\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"dynamodb:*\",\"Resource\":\"*\",\"Condition\":{\"DateGreaterThan\":{\"aws:CurrentTime\":\"2015-08-16T12:00:00Z\"}}}})";
  const auto result = run(
      "SimulateCustomPolicy",
      R"({"PolicyInputList":[")" + policy +
          R"("],"ActionNames":["dynamodb:CreateBackup","s3:GetObject"],)"
          R"("ContextEntries":[{"ContextKeyName":"aws:CurrentTime","ContextKeyValues":["2018-10-25T11:00:00Z"],"ContextKeyType":"date"}]})");
  EXPECT_EQ(at(result, "/EvaluationResults/0/EvalDecision"), "allowed") << to_text(result);
  // As AWS's documentation shows for this policy.
  EXPECT_EQ(at(result, "/EvaluationResults/0/MatchedStatements/0/StartPosition/Column"), "38");
  EXPECT_EQ(at(result, "/EvaluationResults/0/MatchedStatements/0/EndPosition/Column"), "167");
  EXPECT_EQ(at(result, "/EvaluationResults/1/EvalDecision"), "implicitDeny");
  const auto keys = run("GetContextKeysForCustomPolicy", R"({"PolicyInputList":[")" + policy + "\"]}");
  EXPECT_EQ(at(keys, "/ContextKeyNames/0"), "aws:CurrentTime");
}

TEST_F(IamTest, DetailsByPages) {
  run("CreateUser", R"({"UserName":"ann"})");
  run("CreateGroup", R"({"GroupName":"team"})");
  run("CreatePolicy", R"({"PolicyName":"p","PolicyDocument":")" + std::string(kList) + "\"}");
  run("AttachGroupPolicy", R"({"GroupName":"team","PolicyArn":"arn:aws:iam::aws:policy/AWSDenyAll"})");
  std::string marker;
  int things = 0;
  int pages = 0;
  do {
    const std::string more = marker.empty() ? "" : R"(,"Marker":")" + marker + "\"";
    const auto page = run("GetAccountAuthorizationDetails", R"({"MaxItems":1)" + more + "}");
    for (const char* list : {"UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"}) {
      if (const auto* found = find(page, list)) things += static_cast<int>(found->get_array().size());
    }
    marker = find_string(page, "Marker").value_or("");
    ++pages;
  } while (!marker.empty() && pages < 20);
  EXPECT_EQ(things, 4);
}

TEST_F(IamTest, ServiceLinkedRolesAreTheServices) {
  const auto made = run("CreateServiceLinkedRole", R"({"AWSServiceName":"replicator.lambda.amazonaws.com"})");
  EXPECT_EQ(at(made, "/Role/RoleName"), "AWSServiceRoleForLambdaReplicator");
  EXPECT_EQ(error("DeleteRole", R"({"RoleName":"AWSServiceRoleForLambdaReplicator"})"), "UnmodifiableEntity");
  const auto task = run("DeleteServiceLinkedRole", R"({"RoleName":"AWSServiceRoleForLambdaReplicator"})");
  const auto status =
      run("GetServiceLinkedRoleDeletionStatus", R"({"DeletionTaskId":")" + at(task, "/DeletionTaskId") + "\"}");
  EXPECT_EQ(at(status, "/Status"), "SUCCEEDED");
}

}  // namespace
}  // namespace orrery::iam
