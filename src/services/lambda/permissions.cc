// The function's resource policy, statement by statement
// (docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html).
#include "services/lambda/operations.h"
#include "services/record.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

constexpr std::size_t kPolicyMostBytes = 20'480;

struct StoredPolicy {
  json::array statements;
  std::string revision;
};

Result<StoredPolicy> load(Reader& reader, const FunctionName& name) {
  StoredPolicy policy;
  const auto record = TRY(get_record(reader, policy_key(name)));
  if (!record) return policy;
  if (const json::value* statements = find(*record, "statements")) policy.statements = statements->as_array();
  policy.revision = find_string(*record, "revision").value_or("");
  return policy;
}

std::string policy_text(const StoredPolicy& policy) {
  return json::serialize(json::object{{"Version", "2012-10-17"}, {"Id", "default"}, {"Statement", policy.statements}});
}

Result<> save(Transaction& tx, const FunctionName& name, const StoredPolicy& policy) {
  if (policy.statements.empty()) return tx.erase(policy_key(name));
  return put_record(tx, policy_key(name),
                    json::object{{"statements", policy.statements}, {"revision", policy.revision}});
}

auto find_statement(json::array& statements, const std::string& id) {
  return std::ranges::find_if(statements, [&](const json::value& s) { return find_string(s, "Sid") == id; });
}

// "events.amazonaws.com" is a service, 12 digits an account's root, an ARN itself, "*" everybody.
json::value principal_of(const std::string& text) {
  if (text == "*") return "*";
  if (text.size() == 12 && text.find_first_not_of("0123456789") == std::string::npos) {
    return json::object{{"AWS", "arn:aws:iam::" + text + ":root"}};
  }
  return json::object{{text.starts_with("arn:") ? "AWS" : "Service", text}};
}

json::object statement_of(const FunctionName& name, const AddPermissionRequest& input) {
  json::object statement{{"Sid", input.StatementId},
                         {"Effect", "Allow"},
                         {"Principal", principal_of(input.Principal)},
                         {"Action", input.Action},
                         {"Resource", name.qualified_arn()}};
  json::object equals;
  if (input.SourceAccount) equals["AWS:SourceAccount"] = *input.SourceAccount;
  if (input.PrincipalOrgID) equals["aws:PrincipalOrgID"] = *input.PrincipalOrgID;
  if (input.EventSourceToken) equals["lambda:EventSourceToken"] = *input.EventSourceToken;
  if (input.FunctionUrlAuthType) equals["lambda:FunctionUrlAuthType"] = *input.FunctionUrlAuthType;
  json::object condition;
  if (!equals.empty()) condition["StringEquals"] = std::move(equals);
  if (input.SourceArn) condition["ArnLike"] = json::object{{"AWS:SourceArn", *input.SourceArn}};
  if (!condition.empty()) statement["Condition"] = std::move(condition);
  return statement;
}

Result<> check_revision(const StoredPolicy& policy, const std::optional<std::string>& wanted) {
  if (!wanted || *wanted == policy.revision) return {};
  return fail(
      errors::PreconditionFailedException("The RevisionId provided does not match the latest RevisionId. Call the "
                                          "GetPolicy API to retrieve the latest RevisionId"));
}

}  // namespace

Result<AddPermissionResponse> add_permission(Call& call, Transaction& tx, const AddPermissionRequest& input) {
  const FunctionName name = parse_function_name(call, input.FunctionName, input.Qualifier);
  TRY(resolve(tx, name));
  StoredPolicy policy = TRY(load(tx, name));
  TRY(check_revision(policy, input.RevisionId));
  if (find_statement(policy.statements, input.StatementId) != policy.statements.end()) {
    return fail(errors::ResourceConflictException("The statement id (" + input.StatementId +
                                                  ") provided already exists. Please provide a new statement id, or "
                                                  "remove the existing statement."));
  }
  const json::object statement = statement_of(name, input);
  policy.statements.emplace_back(statement);
  policy.revision = call.random->uuid();
  const std::string text = policy_text(policy);
  if (text.size() > kPolicyMostBytes) {
    return fail(errors::PolicyLengthExceededException("The final policy size (" + std::to_string(text.size()) +
                                                      ") is bigger than the limit (" +
                                                      std::to_string(kPolicyMostBytes) + ")."));
  }
  if (const auto parsed = auth::parse_policy(text, auth::PolicyKind::Resource); !parsed) {
    return fail(errors::InvalidParameterValueException(parsed.error().message));
  }
  TRY(save(tx, name, policy));
  return AddPermissionResponse{json::serialize(statement)};
}

Result<wire::Empty> remove_permission(Call& call, Transaction& tx, const RemovePermissionRequest& input) {
  const FunctionName name = parse_function_name(call, input.FunctionName, input.Qualifier);
  TRY(resolve(tx, name));
  StoredPolicy policy = TRY(load(tx, name));
  if (policy.statements.empty())
    return fail(errors::ResourceNotFoundException("No policy is associated with the given resource."));
  TRY(check_revision(policy, input.RevisionId));
  const auto found = find_statement(policy.statements, input.StatementId);
  if (found == policy.statements.end()) {
    return fail(
        errors::ResourceNotFoundException("Statement " + input.StatementId + " is not found in resource policy."));
  }
  policy.statements.erase(found);
  policy.revision = call.random->uuid();
  TRY(save(tx, name, policy));
  return wire::Empty{};
}

Result<GetPolicyResponse> get_policy(Call& call, Reader& reader, const GetPolicyRequest& input) {
  const FunctionName name = parse_function_name(call, input.FunctionName, input.Qualifier);
  TRY(resolve(reader, name));
  const StoredPolicy policy = TRY(load(reader, name));
  if (policy.statements.empty())
    return fail(errors::ResourceNotFoundException("The resource you requested does not exist."));
  return GetPolicyResponse{policy_text(policy), policy.revision};
}

Result<std::optional<std::string>> function_policy(void*, Reader& reader, std::string_view resource_arn) {
  const auto name = parse_function_arn(resource_arn);
  if (!name) return std::optional<std::string>();
  const StoredPolicy policy = TRY(load(reader, *name));
  if (policy.statements.empty()) return std::optional<std::string>();
  return std::optional<std::string>(policy_text(policy));
}

}  // namespace orrery::lambda
