#include "services/lambda/permissions/statements.h"

#include "auth/policy.h"
#include "services/record.h"
#include "shapes/lambda.h"

#include <algorithm>

namespace orrery::lambda {
namespace {

constexpr std::size_t kPolicyMostBytes = 20'480;

auto find_statement(json::array& statements, const std::string& id) {
  return std::ranges::find_if(statements, [&](const json::value& s) { return find_string(s, "Sid") == id; });
}

Error not_found(std::string message) {
  Error error = errors::ResourceNotFoundException(std::move(message));
  error.with("Type", "User");
  return error;
}

}  // namespace

Result<StoredPolicy> load_policy(Reader& reader, const std::string& key) {
  StoredPolicy policy;
  const auto record = TRY(get_record(reader, key));
  if (!record) return policy;
  if (const json::value* statements = find(*record, "statements")) policy.statements = statements->as_array();
  policy.revision = find_string(*record, "revision").value_or("");
  return policy;
}

Result<> save_policy(Transaction& tx, const std::string& key, const StoredPolicy& policy) {
  if (policy.statements.empty()) return tx.erase(key);
  return put_record(tx, key, json::object{{"statements", policy.statements}, {"revision", policy.revision}});
}

std::string policy_text(const StoredPolicy& policy) {
  return json::serialize(json::object{{"Version", "2012-10-17"}, {"Id", "default"}, {"Statement", policy.statements}});
}

json::value principal_of(const std::string& text) {
  if (text == "*") return "*";
  if (text.size() == 12 && text.find_first_not_of("0123456789") == std::string::npos) {
    return json::object{{"AWS", "arn:aws:iam::" + text + ":root"}};
  }
  return json::object{{text.starts_with("arn:") ? "AWS" : "Service", text}};
}

Result<> add_statement(StoredPolicy& policy, const std::string& id, json::object statement) {
  if (find_statement(policy.statements, id) != policy.statements.end()) {
    return fail(errors::ResourceConflictException("The statement id (" + id +
                                                  ") provided already exists. Please provide a new statement id, or "
                                                  "remove the existing statement."));
  }
  policy.statements.emplace_back(std::move(statement));
  const std::string text = policy_text(policy);
  if (text.size() > kPolicyMostBytes) {
    return fail(errors::PolicyLengthExceededException("The final policy size (" + std::to_string(text.size()) +
                                                      ") is bigger than the limit (" +
                                                      std::to_string(kPolicyMostBytes) + ")."));
  }
  if (const auto parsed = auth::parse_policy(text, auth::PolicyKind::Resource); !parsed) {
    return fail(errors::InvalidParameterValueException(parsed.error().message));
  }
  return {};
}

Result<> remove_statement(StoredPolicy& policy, const std::string& id) {
  if (policy.statements.empty()) return fail(not_found("No policy is associated with the given resource."));
  const auto found = find_statement(policy.statements, id);
  if (found == policy.statements.end()) {
    return fail(not_found("Statement " + id + " is not found in resource policy."));
  }
  policy.statements.erase(found);
  return {};
}

}  // namespace orrery::lambda
