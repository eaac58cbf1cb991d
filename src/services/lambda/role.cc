// In whose name a function acts: a real session of its role, for its own calls and for its log lines.
#include "base/log.h"
#include "services/lambda/operations.h"

namespace orrery::lambda {
namespace {

constexpr std::int64_t kSessionSeconds = 3600;

// The function's name, where it is long enough: sts takes two characters at least, a function is content with one.
std::string session_name(const functions::FunctionSpec& spec) {
  return spec.name.size() == 1 ? spec.name + "_" : spec.name;
}

Caller lambda_itself(const functions::FunctionSpec& spec) {
  Caller caller;
  caller.principal.kind = auth::Principal::Kind::Service;
  caller.principal.arn = "lambda.amazonaws.com";
  caller.account = spec.account;
  caller.region = spec.region;
  caller.source_arn = spec.arn;
  return caller;
}

std::string text_at(const json::value& document, std::string_view outer, std::string_view inner) {
  const json::value* part = find(document, outer);
  return part == nullptr ? std::string() : std::string(find_string(*part, inner).value_or(""));
}

// It was deleted, or trusts somebody else by now.
Error not_assumed(const Error& error) {
  if (error.kind != Error::Kind::Api || error.status >= 500) return error;
  return api_error(functions::kRoleDenied, "The role defined for the function cannot be assumed by Lambda.", 403);
}

json::array to_events(std::span<const functions::LogLine> lines) {
  json::array events;
  for (const auto& line : lines) {
    // CloudWatch Logs takes no empty message: a blank line is one space, as Lambda's own agent does.
    events.push_back(
        json::object{{"timestamp", epoch_ms(line.time)}, {"message", line.text.empty() ? " " : line.text}});
  }
  return events;
}

}  // namespace

Result<functions::Credentials> role_credentials(Lambda& lambda, const functions::FunctionSpec& spec) {
  const FunctionName name{spec.account, spec.region, spec.name, spec.version};
  const auto resolved = TRY(resolve(*lambda.store.snapshot(), name));
  const std::string role = resolved.record.configuration.Role.value_or("");
  const auto assumed = lambda.store.transact([&](Transaction& tx) {
    return lambda.dispatcher.dispatch(
        tx, lambda_itself(spec), "sts", "AssumeRole",
        json::object{{"RoleArn", role}, {"RoleSessionName", session_name(spec)}, {"DurationSeconds", kSessionSeconds}});
  });
  if (!assumed) return fail(not_assumed(assumed.error()));
  const json::value& session = *assumed;
  functions::Credentials credentials;
  credentials.access_key = text_at(session, "Credentials", "AccessKeyId");
  credentials.secret_key = text_at(session, "Credentials", "SecretAccessKey");
  credentials.session_token = text_at(session, "Credentials", "SessionToken");
  credentials.expires = lambda.clock.now() + std::chrono::seconds(kSessionSeconds);

  auth::Principal principal;
  principal.kind = auth::Principal::Kind::RoleSession;
  principal.account = spec.account;
  principal.arn = text_at(session, "AssumedRoleUser", "Arn");
  principal.user_id = text_at(session, "AssumedRoleUser", "AssumedRoleId");
  principal.name = session_name(spec);
  principal.role_arn = role;
  const std::lock_guard lock(lambda.mutex);
  Lambda::Running& running = lambda.running[spec.key];
  running.principal = std::move(principal);
  running.code_dirs = spec.layer_dirs;
  running.code_dirs.push_back(spec.code_dir);
  return credentials;
}

void key_ended(Lambda& lambda, const std::string& key) {
  const std::lock_guard lock(lambda.mutex);
  lambda.running.erase(key);
}

// A role without permission to write logs has none, as in AWS: that is said in the server's own log, once a batch.
void write_logs(Lambda& lambda, const functions::FunctionSpec& spec, const std::string& stream,
                std::span<const functions::LogLine> lines) {
  Caller caller;
  {
    const std::lock_guard lock(lambda.mutex);
    const auto found = lambda.running.find(spec.key);
    if (found == lambda.running.end()) return;
    caller.principal = found->second.principal;
  }
  caller.account = spec.account;
  caller.region = spec.region;
  const json::object place{{"logGroupName", spec.log_group}, {"logStreamName", stream}};
  json::object batch = place;
  batch["logEvents"] = to_events(lines);
  const auto written = lambda.store.transact([&](Transaction& tx) -> Result<> {
    auto put = lambda.dispatcher.dispatch(tx, caller, "logs", "PutLogEvents", batch);
    if (put) return {};
    if (put.error().code != "ResourceNotFoundException") return fail(std::move(put).error());
    // The first lines of a new environment: its stream, and perhaps the group, have to be made.
    const auto group = lambda.dispatcher.dispatch(tx, caller, "logs", "CreateLogGroup",
                                                  json::object{{"logGroupName", spec.log_group}});
    if (!group && group.error().code != "ResourceAlreadyExistsException") return fail(group.error());
    const auto made = lambda.dispatcher.dispatch(tx, caller, "logs", "CreateLogStream", place);
    if (!made && made.error().code != "ResourceAlreadyExistsException") return fail(made.error());
    TRY(lambda.dispatcher.dispatch(tx, caller, "logs", "PutLogEvents", batch));
    return {};
  });
  if (!written) log::warning("function log lines lost", {{"function", spec.name}, {"reason", written.error().message}});
}

}  // namespace orrery::lambda
