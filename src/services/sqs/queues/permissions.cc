// AddPermission and RemovePermission: statements of the queue's policy, named by their labels.
#include "services/sqs/operations.h"

#include <algorithm>

namespace orrery::sqs {
namespace {

// "Valid values: the name of any action or *"; and of those, what another account may be allowed.
constexpr std::string_view kShareable[] = {"*",
                                           "SendMessage",
                                           "ReceiveMessage",
                                           "DeleteMessage",
                                           "ChangeMessageVisibility",
                                           "GetQueueAttributes",
                                           "GetQueueUrl",
                                           "ListDeadLetterSourceQueues",
                                           "PurgeQueue"};
constexpr std::size_t kMostActions = 7;

json::object policy_of(const Queue& queue) {
  const auto policy = parse_json(queue.attribute(QueueAttributeName::Policy));
  if (policy && policy->is_object()) return policy->get_object();
  return {{"Version", "2012-10-17"}, {"Id", queue.arn() + "/SQSDefaultPolicy"}, {"Statement", json::array()}};
}

json::array statements_of(const json::object& policy) {
  const json::value* statements = policy.if_contains("Statement");
  if (statements == nullptr) return {};
  return statements->is_array() ? statements->get_array() : json::array{*statements};
}

bool is_labelled(const json::value& statement, std::string_view label) {
  return find_string(statement, "Sid").value_or("") == label;
}

json::value one_or_all(json::array values) {
  return values.size() == 1 ? values.front() : json::value(std::move(values));
}

Result<> check(const AddPermissionRequest& input) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (input.Label.empty() || input.Label.size() > 80 || !std::ranges::all_of(input.Label, allowed)) {
    return fail(invalid_parameter(
        input.Label, "Label", "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length."));
  }
  if (input.Actions.empty()) return fail(missing_parameter("Actions"));
  if (input.AWSAccountIds.empty()) {
    return fail(invalid_parameter("[]", "PrincipalId", "Unable to verify."));
  }
  if (input.Actions.size() > kMostActions) {
    return fail(errors::OverLimit(std::to_string(input.Actions.size()) + " Actions were found, maximum allowed is 7."));
  }
  for (const std::string& action : input.Actions) {
    if (std::ranges::find(kShareable, std::string_view(action)) == std::end(kShareable)) {
      return fail(
          invalid_parameter("SQS:" + action, "ActionName", "Only the queue owner is allowed to invoke this action."));
    }
  }
  for (const std::string& account : input.AWSAccountIds) {
    if (account.size() != 12 || account.find_first_not_of("0123456789") != std::string::npos) {
      return fail(invalid_parameter("[" + account + "]", "PrincipalId", "Unable to verify."));
    }
  }
  return {};
}

}  // namespace

Result<wire::Empty> add_permission(Sqs& sqs, Call& call, Transaction& tx, const AddPermissionRequest& input) {
  Queue queue = *TRY(asked_queue(sqs, call, tx, input.QueueUrl));
  TRY(check(input));
  json::object policy = policy_of(queue);
  json::array statements = statements_of(policy);
  if (std::ranges::any_of(statements, [&](const json::value& one) { return is_labelled(one, input.Label); })) {
    return fail(invalid_parameter(input.Label, "Label", "Already exists."));
  }
  json::array principals, actions;
  for (const std::string& account : input.AWSAccountIds) principals.emplace_back("arn:aws:iam::" + account + ":root");
  for (const std::string& action : input.Actions) actions.emplace_back("SQS:" + action);
  statements.push_back(json::object{{"Sid", input.Label},
                                    {"Effect", "Allow"},
                                    {"Principal", json::object{{"AWS", one_or_all(std::move(principals))}}},
                                    {"Action", one_or_all(std::move(actions))},
                                    {"Resource", queue.arn()}});
  policy["Statement"] = std::move(statements);
  queue.attributes[std::string(QueueAttributeName::Policy)] = json::serialize(policy);
  queue.modified = call.now;
  TRY(put_queue(tx, queue));
  return wire::Empty{};
}

Result<wire::Empty> remove_permission(Sqs& sqs, Call& call, Transaction& tx, const RemovePermissionRequest& input) {
  Queue queue = *TRY(asked_queue(sqs, call, tx, input.QueueUrl));
  json::object policy = policy_of(queue);
  json::array kept;
  const json::array statements = statements_of(policy);
  for (const json::value& one : statements) {
    if (!is_labelled(one, input.Label)) kept.push_back(one);
  }
  if (kept.size() == statements.size()) return fail(invalid_parameter(input.Label, "Label", "can't find label."));
  if (kept.empty()) {
    queue.attributes.erase(std::string(QueueAttributeName::Policy));
  } else {
    policy["Statement"] = std::move(kept);
    queue.attributes[std::string(QueueAttributeName::Policy)] = json::serialize(policy);
  }
  queue.modified = call.now;
  TRY(put_queue(tx, queue));
  return wire::Empty{};
}

}  // namespace orrery::sqs
