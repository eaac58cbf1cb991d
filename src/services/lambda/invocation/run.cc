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

// "arn:aws:iam::000000000000:role/path/exporter" acts as "arn:aws:sts::000000000000:assumed-role/exporter/FUNCTION".
Caller as_role(const FunctionName& name, std::string_view role_arn, std::string_view trace_id) {
  Caller caller;
  caller.account = name.account;
  caller.region = name.region;
  caller.trace_id = trace_id;
  auth::Principal& principal = caller.principal;
  principal.kind = auth::Principal::Kind::RoleSession;
  principal.name = name.name.size() == 1 ? name.name + "_" : name.name;
  principal.role_arn = role_arn;
  const auto arn = Arn::parse(role_arn);
  principal.account = arn ? arn->account : name.account;
  const std::string_view role = role_arn.substr(role_arn.rfind('/') + 1);
  principal.arn = make_arn("sts", "", principal.account, "assumed-role/" + std::string(role) + "/" + principal.name);
  return caller;
}

std::optional<Error> refusal(const functions::Outcome& outcome) {
  if (outcome.kind == functions::Outcome::Kind::Throttled) {
    Error error = errors::TooManyRequestsException("Rate Exceeded.");
    error.with("Reason", outcome.payload);
    return error;
  }
  if (outcome.kind == functions::Outcome::Kind::Internal) return errors::ServiceException(outcome.payload);
  return std::nullopt;
}

}  // namespace orrery::lambda
