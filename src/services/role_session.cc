#include "services/role_session.h"

#include "base/arn.h"

namespace orrery {

Caller service_caller(std::string_view service, std::string_view account, std::string_view region,
                      std::string_view source_arn) {
  Caller caller;
  caller.principal.kind = auth::Principal::Kind::Service;
  caller.principal.arn = service;
  caller.account = account;
  caller.region = region;
  caller.source_arn = source_arn;
  return caller;
}

Result<auth::Principal> assume_role(Dispatcher& dispatcher, Transaction& tx, const Caller& service,
                                    const std::string& role_arn, const std::string& session_name) {
  auth::Principal principal;
  principal.kind = auth::Principal::Kind::RoleSession;
  principal.name = session_name;
  principal.role_arn = role_arn;
  const auto arn = Arn::parse(role_arn);
  principal.account = arn ? arn->account : service.account;
  bool assumed = false;
  const Result<> tried = tx.nested([&]() -> Result<> {
    const json::value session = TRY(dispatcher.dispatch(
        tx, service, "sts", "AssumeRole", json::object{{"RoleArn", role_arn}, {"RoleSessionName", session_name}}));
    if (const json::value* user = find(session, "AssumedRoleUser")) {
      principal.arn = find_string(*user, "Arn").value_or("");
      principal.user_id = find_string(*user, "AssumedRoleId").value_or("");
    }
    assumed = true;
    return fail(api_error("Undone", ""));
  });
  if (!assumed) return fail(tried.error());
  return principal;
}

}  // namespace orrery
