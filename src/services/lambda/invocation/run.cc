#include "services/lambda/invocation/run.h"

#include "base/arn.h"
#include "services/lambda/operations.h"

namespace orrery::lambda {

Result<> check_payload(const std::string& payload, std::string_view type, std::size_t most) {
  if (payload.size() > most) {
    return fail(errors::RequestTooLargeException(
        std::to_string(payload.size()) + " byte payload is too large for the " + std::string(type) +
        " invocation type (service limit " + std::to_string(most) + " bytes)"));
  }
  if (const auto parsed = parse_json(payload); !parsed) {
    return fail(
        errors::InvalidRequestContentException("Could not parse request body into json: " + parsed.error().message));
  }
  return {};
}

Result<Runnable> prepare(Lambda& lambda, Reader& reader, const FunctionName& name) {
  const Resolved resolved = TRY(resolve_to_run(reader, name, lambda.random));
  Runnable out;
  out.name = name;
  out.version = resolved.version;
  out.role_arn = resolved.record.configuration.Role.value_or("");
  if (const auto& letters = resolved.record.configuration.DeadLetterConfig) {
    out.dead_letter = letters->TargetArn.value_or("");
  }
  out.stops_loops = resolved.settings.recursive_loop != "Allow";
  out.spec = TRY(runnable(lambda, resolved));
  return out;
}

// Who a session of the role is, found by assuming it in a transaction that is rolled back: nobody gets its keys.
Caller as_role(Lambda& lambda, const FunctionName& name, std::string_view role_arn, std::string_view trace_id) {
  Caller caller;
  caller.account = name.account;
  caller.region = name.region;
  caller.trace_id = trace_id;
  Caller itself = caller;
  itself.principal.kind = auth::Principal::Kind::Service;
  itself.principal.arn = "lambda.amazonaws.com";
  itself.source_arn = name.arn();

  auth::Principal& principal = caller.principal;
  principal.kind = auth::Principal::Kind::RoleSession;
  principal.name = name.name.size() == 1 ? name.name + "_" : name.name;
  principal.role_arn = role_arn;
  const auto arn = Arn::parse(role_arn);
  principal.account = arn ? arn->account : name.account;
  const auto tried = lambda.store.transact([&](Transaction& trial) -> Result<> {
    const json::value session = TRY(lambda.dispatcher.dispatch(
        trial, itself, "sts", "AssumeRole", json::object{{"RoleArn", role_arn}, {"RoleSessionName", principal.name}}));
    if (const json::value* user = find(session, "AssumedRoleUser")) {
      principal.arn = find_string(*user, "Arn").value_or("");
      principal.user_id = find_string(*user, "AssumedRoleId").value_or("");
    }
    return fail(api_error("RolledBack", ""));
  });
  static_cast<void>(tried);
  return caller;
}

std::optional<Error> refusal(const functions::Outcome& outcome) {
  if (outcome.kind == functions::Outcome::Kind::Throttled) {
    Error error = errors::TooManyRequestsException("Rate Exceeded.");
    error.with("Reason", outcome.payload);
    return error;
  }
  if (outcome.kind == functions::Outcome::Kind::Denied) {
    return api_error(functions::kRoleDenied, outcome.payload, 403);
  }
  if (outcome.kind == functions::Outcome::Kind::Internal) return errors::ServiceException(outcome.payload);
  return std::nullopt;
}

}  // namespace orrery::lambda
