// Statements of a topic's policy, one at a time.
#include "services/sns/operations.h"
#include "services/sns/topics/attributes.h"

#include <algorithm>

namespace orrery::sns {
namespace {

bool is_account(const std::string& text) {
  return text.size() == 12 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

json::array statements_of(const json::value& policy) {
  const json::value* statements = find(policy, "Statement");
  if (statements == nullptr) return {};
  return statements->is_array() ? statements->get_array() : json::array{*statements};
}

Result<json::object> statement_of(const AddPermissionInput& input, const TopicRecord& topic) {
  json::array accounts;
  for (const std::string& account : input.AWSAccountId) {
    if (!is_account(account)) return fail(invalid_parameter("AWSAccountId"));
    accounts.emplace_back("arn:aws:iam::" + account + ":root");
  }
  json::array actions;
  for (const std::string& action : input.ActionName) {
    if (action != "*" && !is_topic_action("sns:" + action)) {
      return fail(invalid_parameter("Policy statement action out of service scope!"));
    }
    actions.emplace_back("SNS:" + action);
  }
  if (accounts.empty() || actions.empty()) {
    return fail(invalid_parameter(accounts.empty() ? "AWSAccountId" : "ActionName"));
  }
  const auto one_or_all = [](json::array all) { return all.size() == 1 ? all.front() : json::value(std::move(all)); };
  return json::object{{"Sid", input.Label},
                      {"Effect", "Allow"},
                      {"Principal", json::object{{"AWS", one_or_all(std::move(accounts))}}},
                      {"Action", one_or_all(std::move(actions))},
                      {"Resource", topic.name.arn()}};
}

Result<> put_statements(Transaction& tx, TopicRecord& topic, json::value policy, json::array statements) {
  policy.as_object()["Statement"] = std::move(statements);
  TRY(set_attribute(topic, "Policy", to_text(policy), When::Setting));
  return put_topic(tx, topic);
}

}  // namespace

Result<wire::Empty> add_permission(Call& call, Transaction& tx, const AddPermissionInput& input) {
  TopicRecord topic = TRY(existing_topic(tx, call, input.TopicArn));
  json::value policy = TRY(parse_json(policy_of(topic)));
  json::array statements = statements_of(policy);
  const bool there = std::ranges::any_of(
      statements, [&](const json::value& one) { return find_string(one, "Sid") == std::string_view(input.Label); });
  if (there) return fail(invalid_parameter("Statement already exists"));
  statements.emplace_back(TRY(statement_of(input, topic)));
  TRY(put_statements(tx, topic, std::move(policy), std::move(statements)));
  return wire::Empty{};
}

Result<wire::Empty> remove_permission(Call& call, Transaction& tx, const RemovePermissionInput& input) {
  TopicRecord topic = TRY(existing_topic(tx, call, input.TopicArn));
  json::value policy = TRY(parse_json(policy_of(topic)));
  json::array kept;
  for (const json::value& one : statements_of(policy)) {
    if (find_string(one, "Sid") != std::string_view(input.Label)) kept.push_back(one);
  }
  if (kept.size() == statements_of(policy).size()) {
    return fail(errors::NotFoundException("Statement does not exist"));
  }
  if (kept.empty()) {  // a policy has a statement at least; without one, the default holds again
    topic.attributes.erase("Policy");
    TRY(put_topic(tx, topic));
    return wire::Empty{};
  }
  TRY(put_statements(tx, topic, std::move(policy), std::move(kept)));
  return wire::Empty{};
}

}  // namespace orrery::sns
