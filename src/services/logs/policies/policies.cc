#include "services/logs/policies/policies.h"

#include "auth/policy.h"
#include "base/arn.h"
#include "services/logs/operations.h"
#include "services/record.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::logs {
namespace {

constexpr std::size_t kMostOfAccount = 10;  // "An account can have a maximum of 10 policies without resourceARN"
constexpr std::int64_t kDefaultPage = 50;

std::string policies_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::LogResourcePolicy).text(account).text(region).take();
}
std::string policies_key(std::string_view account, std::string_view region, std::string_view resource) {
  return KeyWriter(KeyKind::LogResourcePolicy).text(account).text(region).text(resource).take();
}

// Those of the account, or the one of a group: a row, which requests look up.
using Policies = std::vector<ResourcePolicy>;

Result<Policies> decode_policies(std::string_view bytes) {
  return TRY(decode_shape<DescribeResourcePoliciesResponse>(bytes)).resourcePolicies.value_or(Policies());
}
Result<Policies> load(Reader& reader, const std::string& key) {
  const auto bytes = TRY(reader.get(key));
  if (!bytes) return Policies();
  return decode_policies(*bytes);
}
Result<> store(Transaction& tx, const std::string& key, Policies policies) {
  if (policies.empty()) return tx.erase(key);
  DescribeResourcePoliciesResponse row;
  row.resourcePolicies = std::move(policies);
  return put_shape(tx, key, row);
}

// The group that a policy is attached to; empty: the account.
Result<std::string> resource_of(Reader& reader, const Call& call, const std::optional<std::string>& arn) {
  if (!arn) return std::string();
  const auto parsed = Arn::parse(*arn);
  if (!parsed || parsed->service != "logs" || !parsed->resource.starts_with("log-group:")) {
    return invalid("The specified resource ARN is not valid: " + *arn);
  }
  const GroupRecord group = TRY(existing_group(reader, call, group_in_identifier(*arn)));
  return group_arn(call, group.name);
}

Result<> check_revision(const Policies& policies, const std::optional<std::string>& expected) {
  const std::string revision = policies.empty() ? "" : policies[0].revisionId.value_or("");
  if (expected.value_or("") == revision) return {};
  return fail(errors::OperationAbortedException("The expectedRevisionId does not match the policy's revision."));
}

bool about_services(const json::value& statement) {
  const json::value* principal = find(statement, "Principal");
  return principal != nullptr && find(*principal, "Service") != nullptr;
}

void add_statements(const Policies& policies, json::array& statements) {
  for (const ResourcePolicy& policy : policies) {
    const auto document = parse_json(policy.policyDocument.value_or(""));
    const json::value* given = document ? find(*document, "Statement") : nullptr;
    if (given == nullptr) continue;
    const json::array one{*given};
    for (const json::value& statement : given->is_array() ? given->get_array() : one) {
      if (about_services(statement)) statements.push_back(statement);
    }
  }
}

}  // namespace

Result<PutResourcePolicyResponse> put_resource_policy(Call& call, Transaction& tx,
                                                      const PutResourcePolicyRequest& input) {
  if (!input.policyDocument) return invalid("policyDocument is required.");
  const std::string resource = TRY(resource_of(tx, call, input.resourceArn));
  if (resource.empty() && input.policyName.value_or("").empty()) return invalid("policyName is required.");
  const auto compiled = auth::parse_policy(*input.policyDocument, auth::PolicyKind::Resource);
  if (!compiled) return invalid("The policy document is invalid: " + compiled.error().message);
  const std::string key = policies_key(call.account, call.region, resource);
  Policies policies = TRY(load(tx, key));
  ResourcePolicy policy;
  policy.policyName = input.policyName;
  policy.policyDocument = input.policyDocument;
  policy.lastUpdatedTime = epoch_ms(call.now);
  policy.policyScope = resource.empty() ? PolicyScope::ACCOUNT : PolicyScope::RESOURCE;
  if (resource.empty()) {
    const auto same = std::ranges::find(policies, input.policyName, &ResourcePolicy::policyName);
    if (same != policies.end()) {
      *same = policy;
    } else if (policies.size() == kMostOfAccount) {
      return fail(errors::LimitExceededException("Resource limit exceeded."));
    } else {
      policies.push_back(policy);
    }
  } else {
    TRY(check_revision(policies, input.expectedRevisionId));
    policy.resourceArn = resource;
    policy.revisionId = call.random->uuid();
    policies = {policy};
  }
  TRY(store(tx, key, std::move(policies)));
  PutResourcePolicyResponse output;
  output.revisionId = policy.revisionId;
  output.resourcePolicy = std::move(policy);
  return output;
}

Result<DescribeResourcePoliciesResponse> describe_resource_policies(Call& call, Reader& reader,
                                                                    const DescribeResourcePoliciesRequest& input) {
  const bool of_resources = input.resourceArn || input.policyScope == PolicyScope::RESOURCE;
  if (input.resourceArn && input.policyScope == PolicyScope::ACCOUNT) {
    return invalid("resourceArn cannot be specified with the policy scope ACCOUNT.");
  }
  DescribeResourcePoliciesResponse output;
  auto& shown = output.resourcePolicies.emplace();
  if (!of_resources || input.resourceArn) {
    const std::string resource = TRY(resource_of(reader, call, input.resourceArn));
    shown = TRY(load(reader, policies_key(call.account, call.region, resource)));
    return output;
  }
  output.nextToken =
      TRY(scan_page(reader, prefix_range(policies_prefix(call.account, call.region)),
                    {input.nextToken, input.limit.value_or(kDefaultPage)}, [&](Cursor& cursor) -> Result<bool> {
                      Policies policies = TRY(decode_policies(cursor.value()));
                      if (policies.empty() || !policies[0].resourceArn) return false;
                      shown.push_back(std::move(policies[0]));
                      return true;
                    }));
  return output;
}

Result<wire::Empty> delete_resource_policy(Call& call, Transaction& tx, const DeleteResourcePolicyRequest& input) {
  const std::string resource = TRY(resource_of(tx, call, input.resourceArn));
  const std::string key = policies_key(call.account, call.region, resource);
  Policies policies = TRY(load(tx, key));
  const auto gone = [&](const ResourcePolicy& policy) {
    return !resource.empty() || policy.policyName == input.policyName;
  };
  if (std::ranges::none_of(policies, gone)) {
    return fail(
        errors::ResourceNotFoundException("Policy with name [" + input.policyName.value_or("") + "] does not exist"));
  }
  if (!resource.empty()) TRY(check_revision(policies, input.expectedRevisionId));
  std::erase_if(policies, gone);
  TRY(store(tx, key, std::move(policies)));
  return wire::Empty{};
}

Result<std::optional<std::string>> policy_of_resource(void* /*self*/, Reader& reader, std::string_view resource_arn) {
  const auto arn = Arn::parse(resource_arn);
  if (!arn || arn->account.empty()) return std::optional<std::string>();
  json::array statements;
  add_statements(TRY(load(reader, policies_key(arn->account, arn->region, ""))), statements);
  // "…:log-group:NAME:log-stream:…" is about the group.
  const std::string text(resource_arn);
  const std::string group = text.substr(0, text.find(":log-stream:"));
  add_statements(TRY(load(reader, policies_key(arn->account, arn->region, group))), statements);
  if (statements.empty()) return std::optional<std::string>();
  return std::optional(json::serialize(json::object{{"Version", "2012-10-17"}, {"Statement", std::move(statements)}}));
}

}  // namespace orrery::logs
