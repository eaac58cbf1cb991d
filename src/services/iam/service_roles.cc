// Service-linked roles (docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html): named and trusted
// for one service, changed by nobody else.
#include "base/arn.h"
#include "services/iam/roles.h"
#include "services/identity/managed_policies.h"

#include <algorithm>

namespace orrery::iam {
namespace {

// Services whose role is not called after the first word of their name.
constexpr std::pair<std::string_view, std::string_view> kNames[] = {
    {"apigateway.amazonaws.com", "APIGateway"},
    {"autoscaling.amazonaws.com", "AutoScaling"},
    {"dynamodb.application-autoscaling.amazonaws.com", "ApplicationAutoScaling_DynamoDBTable"},
    {"lambda.application-autoscaling.amazonaws.com", "ApplicationAutoScaling_LambdaConcurrency"},
    {"ecs.amazonaws.com", "ECS"},
    {"elasticloadbalancing.amazonaws.com", "ElasticLoadBalancing"},
    {"events.amazonaws.com", "CloudWatchEvents"},
    {"kinesisreplication.dynamodb.amazonaws.com", "DynamoDBKinesisDataStreamsReplication"},
    {"ops.apigateway.amazonaws.com", "APIGateway"},
    {"rds.amazonaws.com", "RDS"},
    {"replication.dynamodb.amazonaws.com", "DynamoDBReplication"},
    {"replicator.lambda.amazonaws.com", "LambdaReplicator"},
    {"logger.cloudfront.amazonaws.com", "CloudFrontLogger"},
    {"delivery.logs.amazonaws.com", "LogDelivery"},
    {"apidestinations.events.amazonaws.com", "AmazonEventBridgeApiDestinations"},
};

std::string task_of(const identity::RoleRecord& role, Call& call) {
  return "task" + role.path + role.name + "/" + call.random->uuid();
}

}  // namespace

std::string service_role_path(std::string_view service) { return "/aws-service-role/" + std::string(service) + "/"; }

std::string service_role_name(std::string_view service, std::string_view suffix) {
  std::string word;
  const auto* known = std::ranges::find(kNames, service, &std::pair<std::string_view, std::string_view>::first);
  if (known != std::end(kNames)) {
    word = known->second;
  } else {
    word = service.substr(0, service.find('.'));
    if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 'a' + 'A');
  }
  return "AWSServiceRoleFor" + word + (suffix.empty() ? "" : "_" + std::string(suffix));
}

Result<CreateServiceLinkedRoleResponse> create_service_linked_role(Call& call, Transaction& tx,
                                                                   const CreateServiceLinkedRoleRequest& input) {
  if (!input.AWSServiceName.ends_with(".amazonaws.com")) {
    return fail(errors::InvalidInputException("Service principal [" + input.AWSServiceName +
                                              "] is not valid. Please use a valid AWS service principal."));
  }
  identity::RoleRecord role;
  role.name = service_role_name(input.AWSServiceName, input.CustomSuffix.value_or(""));
  if (TRY(identity::get_role(tx, call.account, role.name))) {
    return fail(errors::InvalidInputException("Service role name " + role.name +
                                              " has been taken in this account, please try a different suffix."));
  }
  role.path = service_role_path(input.AWSServiceName);
  role.id = new_id(call, "AROA");
  role.arn = make_arn("iam", "", call.account, "role" + role.path + role.name);
  role.trust_policy = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":")" +
                      input.AWSServiceName + R"("},"Action":"sts:AssumeRole"}]})";
  role.description = input.Description.value_or("");
  role.created = whole_seconds(call.now);
  TRY(identity::put_role(tx, call.account, role));
  TRY(take_name(tx, call, "role", role.name));
  // The service's own policy, where AWS has one of that kind.
  const Entity entity{EntityKind::Role, call.account, role.name, role.name};
  for (const auto& policy : identity::managed_policies()) {
    if (policy.service_role != role.name) continue;
    TRY(tx.put(identity::attached_key(entity, policy.arn), policy.arn));
    TRY(tx.put(identity::policy_use_key(policy.arn, entity, identity::PolicyUse::Permissions), entity.key));
  }
  return CreateServiceLinkedRoleResponse{describe(role)};
}

Result<DeleteServiceLinkedRoleResponse> delete_service_linked_role(Call& call, Transaction& tx,
                                                                   const DeleteServiceLinkedRoleRequest& input) {
  const auto role = TRY(existing_role(tx, call, input.RoleName));
  if (!is_service_linked(role)) {
    return fail(errors::NoSuchEntityException("The role with name " + role.name + " is not a service-linked role."));
  }
  const Entity entity{EntityKind::Role, call.account, role.name, role.name};
  for (const auto& arn : TRY(values_of(tx, identity::attached_prefix(entity)))) {
    TRY(tx.erase(identity::attached_key(entity, arn)));
    TRY(tx.erase(identity::policy_use_key(arn, entity, identity::PolicyUse::Permissions)));
  }
  TRY(tx.erase(identity::role_key(call.account, role.name)));
  TRY(free_name(tx, call, "role", role.name));
  TRY(erase_tags(tx, role.arn));
  DeleteServiceLinkedRoleResponse output{task_of(role, call)};
  TRY(identity::put_item(tx, call.account, "deletion", output.DeletionTaskId,
                         json::object{{"at_ms", epoch_ms(call.now)}}));
  return output;
}

// Nothing of a service stands in the way of it here: what was asked for is done.
Result<GetServiceLinkedRoleDeletionStatusResponse> service_linked_role_deletion_status(
    Call& call, Reader& reader, const GetServiceLinkedRoleDeletionStatusRequest& input) {
  if (!TRY(identity::get_item(reader, call.account, "deletion", input.DeletionTaskId))) {
    return fail(
        errors::NoSuchEntityException("The deletion task with id " + input.DeletionTaskId + " cannot be found."));
  }
  GetServiceLinkedRoleDeletionStatusResponse output;
  output.Status = "SUCCEEDED";
  return output;
}

}  // namespace orrery::iam
