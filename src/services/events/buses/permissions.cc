// Who else may send events to a bus, or work with its rules
// (docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html).
#include "auth/policy.h"
#include "services/events/operations.h"

#include <algorithm>

namespace orrery::events {
namespace {

constexpr std::size_t kMostPolicyBytes = 10'240;

Error missing(std::string_view name) { return not_valid("Parameter(s) " + std::string(name) + " must be specified."); }

Result<json::object> statement_of(const PutPermissionRequest& input, const BusName& bus) {
  if (!input.Principal) return fail(missing("Principal"));
  if (!input.Action) return fail(missing("Action"));
  if (!input.StatementId) return fail(missing("StatementId"));
  if (*input.Action != "events:PutEvents") {
    return fail(not_valid("Provided value in parameter 'action' is not supported."));
  }
  if (input.Condition && *input.Principal != "*") {
    return fail(not_valid("Value of the parameter 'principal' must be '*' when the parameter 'condition' is set."));
  }
  json::object statement{{"Sid", *input.StatementId}, {"Effect", "Allow"}};
  if (*input.Principal == "*") {
    statement["Principal"] = "*";
  } else {
    statement["Principal"] = json::object{{"AWS", "arn:aws:iam::" + *input.Principal + ":root"}};
  }
  statement["Action"] = *input.Action;
  statement["Resource"] = bus.arn();
  if (const auto& condition = input.Condition) {
    json::object wanted;
    wanted[condition->Key] = condition->Value;
    json::object test;
    test[condition->Type] = std::move(wanted);
    statement["Condition"] = std::move(test);
  }
  return statement;
}

json::array statements_of(const std::string& policy) {
  const auto document = policy.empty() ? Result<json::value>(json::value()) : parse_json(policy);
  const json::value* statements = document ? find(*document, "Statement") : nullptr;
  if (statements == nullptr) return {};
  return statements->is_array() ? statements->get_array() : json::array{*statements};
}

bool is_named(const json::value& statement, std::string_view id) { return find_string(statement, "Sid") == id; }

std::string policy_with(json::array statements) {
  return orrery::to_text(json::object{{"Version", "2012-10-17"}, {"Statement", std::move(statements)}});
}

Result<> check_policy(const std::string& policy) {
  if (policy.size() > kMostPolicyBytes) {
    return fail(errors::PolicyLengthExceededException("The policy exceeds the maximum length of 10240 bytes."));
  }
  if (!parse_json(policy)) return fail(not_valid("This policy contains invalid Json"));
  if (const auto parsed = auth::parse_policy(policy, auth::PolicyKind::Resource); !parsed) {
    return fail(not_valid("Invalid policy document: " + parsed.error().message));
  }
  return {};
}

Result<BusRecord> bus_to_change(Transaction& tx, const Call& call, const BusName& bus) {
  TRY(check_bus(tx, call, bus));
  return TRY(get_bus(tx, bus)).value_or(BusRecord());
}

}  // namespace

Result<wire::Empty> put_permission(Call& call, Transaction& tx, const PutPermissionRequest& input) {
  const BusName bus = bus_of(call, input.EventBusName);
  BusRecord record = TRY(bus_to_change(tx, call, bus));
  if (input.Policy && !input.Policy->empty()) {
    if (input.Action || input.Principal || input.StatementId || input.Condition) {
      return fail(not_valid("Policy cannot be combined with Action, Principal, StatementId or Condition."));
    }
    record.policy = *input.Policy;
  } else {
    json::object statement = TRY(statement_of(input, bus));
    json::array statements = statements_of(record.policy);
    // "Each StatementId must be unique": putting it again replaces the statement.
    const auto same =
        std::ranges::find_if(statements, [&](const auto& one) { return is_named(one, *input.StatementId); });
    if (same != statements.end()) {
      *same = std::move(statement);
    } else {
      statements.emplace_back(std::move(statement));
    }
    record.policy = policy_with(std::move(statements));
  }
  TRY(check_policy(record.policy));
  record.modified = call.now;
  TRY(put_bus(tx, bus, record));
  return wire::Empty{};
}

Result<wire::Empty> remove_permission(Call& call, Transaction& tx, const RemovePermissionRequest& input) {
  const BusName bus = bus_of(call, input.EventBusName);
  BusRecord record = TRY(bus_to_change(tx, call, bus));
  if (input.RemoveAllPermissions.value_or(false)) {
    record.policy.clear();
  } else {
    if (!input.StatementId) return fail(not_valid("Parameter StatementId is required."));
    if (record.policy.empty()) return fail(errors::ResourceNotFoundException("EventBus does not have a policy."));
    json::array kept;
    const json::array statements = statements_of(record.policy);
    for (const json::value& one : statements) {
      if (!is_named(one, *input.StatementId)) kept.push_back(one);
    }
    if (kept.size() == statements.size()) {
      return fail(errors::ResourceNotFoundException("Statement with the provided id does not exist."));
    }
    record.policy = kept.empty() ? std::string() : policy_with(std::move(kept));
  }
  record.modified = call.now;
  TRY(put_bus(tx, bus, record));
  return wire::Empty{};
}

Result<std::optional<std::string>> policy_of_resource(void*, Reader& reader, std::string_view arn) {
  auto bus = parse_bus_arn(arn);
  if (!bus) {
    const auto rule = parse_rule_arn(arn);
    if (!rule) return std::optional<std::string>();
    bus = rule->bus;
  }
  const auto record = TRY(get_bus(reader, *bus));
  return record ? unless_empty(record->policy) : std::nullopt;
}

}  // namespace orrery::events
