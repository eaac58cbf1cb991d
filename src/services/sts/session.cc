#include "base/arn.h"
#include "services/identity/managed_policies.h"
#include "services/identity/mfa.h"
#include "services/sts/operations.h"

#include <algorithm>

namespace orrery::sts {
namespace {

constexpr std::int64_t kDefaultSeconds = 3600;
constexpr std::size_t kPackedBytes = 2048;
constexpr std::size_t kPolicyArnsMost = 10;
constexpr std::size_t kTagsMost = 50;

Error invalid(std::string message) { return api_error("ValidationError", std::move(message), 400); }

}  // namespace

std::string issuer_name(std::string_view url) {
  if (url.starts_with("https://")) url.remove_prefix(8);
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string(url);
}

Result<std::vector<std::string>> session_policies(Reader& reader, const std::string& account,
                                                  const SessionLimits& limits) {
  std::vector<std::string> documents;
  if (limits.policy) documents.push_back(*limits.policy);
  if (limits.policy_arns) {
    if (limits.policy_arns->size() > kPolicyArnsMost) {
      return fail(invalid("Cannot exceed quota for PolicyArns: " + std::to_string(kPolicyArnsMost)));
    }
    for (const auto& descriptor : *limits.policy_arns) {
      const std::string arn = descriptor.arn.value_or("");
      if (const auto* aws = identity::find_managed_policy(arn)) {
        documents.emplace_back(aws->document);
        continue;
      }
      const auto policy = TRY(identity::get_policy(reader, account, identity::name_in_arn(arn)));
      if (!policy || policy->arn != arn) {
        return fail(invalid("Policy " + arn + " does not exist or is not attachable."));
      }
      documents.push_back(policy->document);
    }
  }
  for (const auto& document : documents) TRY(auth::parse_policy(document, auth::PolicyKind::Identity));
  return documents;
}

Result<std::optional<std::int64_t>> packed_size(const identity::SessionRecord& session) {
  if (session.session_policies.empty() && session.tags.empty()) return std::optional<std::int64_t>();
  std::size_t bytes = 0;
  for (const auto& text : session.session_policies) bytes += text.size();
  for (const auto& [key, value] : session.tags) bytes += key.size() + value.size() + 2;
  const auto percent = static_cast<std::int64_t>(bytes * 100 / kPackedBytes);
  if (percent > 100) {
    return fail(errors::PackedPolicyTooLargeException("Packed policy consumes " + std::to_string(percent) +
                                                      "% of allotted space, please use smaller policy."));
  }
  return std::optional(percent);
}

Result<identity::TagList> session_tags(const std::optional<std::vector<Tag>>& tags) {
  identity::TagList out;
  if (!tags) return out;
  if (tags->size() > kTagsMost) return fail(invalid("Cannot exceed quota for session tags: 50"));
  for (const auto& tag : *tags) {
    const bool twice = std::ranges::any_of(out, [&](const auto& one) {
      return std::ranges::equal(one.first, tag.Key,
                                [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
    });
    if (twice) {
      return fail(api_error("InvalidParameterValue",
                            "Duplicate tag keys found. Please note that Tag keys are case insensitive.", 400));
    }
    out.emplace_back(tag.Key, tag.Value);
  }
  return out;
}

Result<Credentials> open_session(Sts& sts, Call& call, Transaction& tx, identity::SessionRecord& session,
                                 std::int64_t seconds) {
  session.access_key = "ASIA" + call.random->token(16, kUpperAlphanumeric);
  session.secret = call.random->token(40, kBase62);
  session.token = "IQoJb3JpZ2luX2Vj" + call.random->token(300, kBase62);
  session.issued = std::chrono::floor<std::chrono::seconds>(call.now);
  session.expires = std::chrono::ceil<std::chrono::seconds>(call.now) + std::chrono::seconds(seconds);
  TRY(identity::put_session(tx, session));
  TRY(sts.background.arm(tx, {"sts.session", session.access_key, session.expires + std::chrono::hours(1), {}}));
  return Credentials{session.access_key, session.secret, session.token, session.expires};
}

// A role that is not there is refused in the words of one that does not trust the caller.
Result<identity::RoleRecord> role_of(Reader& reader, const Call& call, const std::string& role_arn,
                                     std::string_view action) {
  const auto arn = Arn::parse(role_arn);
  if (!arn || arn->service != "iam" || !arn->resource.starts_with("role/")) {
    return fail(invalid(role_arn + " is invalid"));
  }
  auto role = TRY(identity::get_role(reader, arn->account, identity::name_in_arn(role_arn)));
  if (role && role->arn == role_arn) return *std::move(role);
  const bool known = call.principal->kind != auth::Principal::Kind::Anonymous;
  return fail(api_error(
      "AccessDenied",
      (known ? "User: " + call.principal->arn + " is not authorized" : std::string("Not authorized")) + " to perform" +
          (known ? ": " : " ") + std::string(action) + (known ? " on resource: " + role_arn : std::string()),
      403));
}

Result<std::int64_t> role_duration(const std::optional<std::int64_t>& wanted, const identity::RoleRecord& role) {
  const std::int64_t seconds = wanted.value_or(kDefaultSeconds);
  if (seconds > role.max_session_s) {
    return fail(invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role."));
  }
  return seconds;
}

Result<std::optional<Instant>> check_mfa(Transaction& tx, const Call& call, const std::optional<std::string>& serial,
                                         const std::optional<std::string>& code) {
  if (!serial && !code) return std::optional<Instant>();
  const bool user = call.principal->kind == auth::Principal::Kind::User;
  if (user && serial && code &&
      TRY(identity::take_mfa_code(tx, call.principal->account, call.principal->user_id, *serial, *code, call.now))) {
    return std::optional(call.now);
  }
  return fail(api_error("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.", 403));
}

}  // namespace orrery::sts
