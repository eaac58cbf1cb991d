// The credential report: a line a user, in the documented columns
// (docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html).
#include "base/arn.h"
#include "services/iam/account.h"

#include <array>

namespace orrery::iam {
namespace {

constexpr std::string_view kHeader =
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated";
constexpr std::chrono::hours kFresh{4};  // a report that young is not made anew

// "2026-03-01T12:00:00+00:00"
std::string time_text(Instant at) {
  std::string text = iso8601_seconds(at);
  if (text.ends_with('Z')) text.replace(text.size() - 1, 1, "+00:00");
  return text;
}

Result<std::string> key_columns(Iam& iam, Reader& reader, const identity::AccessKeyRecord* key) {
  if (key == nullptr) return std::string("false,N/A,N/A,N/A,N/A");
  std::string out = std::string(key->active ? "true," : "false,") + time_text(key->created) + ",";
  const auto use = TRY(iam.uses.find(reader, key->id));
  return out + (use ? time_text(use->at) + "," + use->region + "," + use->service : "N/A,N/A,N/A");
}

Result<std::string> password_columns(Reader& reader, const Call& call, const identity::UserRecord& user) {
  const auto profile = TRY(identity::get_item(reader, call.account, "login", user.id));
  if (!profile) return std::string("false,N/A,N/A,N/A");
  const Instant changed = instant_from_ms(find_int(*profile, "changed_ms").value_or(0));
  const auto policy = TRY(identity::get_item(reader, call.account, "password-policy", ""));
  const auto days = policy ? find_int(*policy, "age").value_or(0) : 0;
  return "true,no_information," + time_text(changed) + "," +
         (days > 0 ? time_text(changed + std::chrono::hours(24 * days)) : "N/A");
}

Result<std::string> line_of(Iam& iam, Reader& reader, const Call& call, const identity::UserRecord& user) {
  std::vector<identity::AccessKeyRecord> keys;
  for (const auto& id : TRY(values_of(reader, identity::access_keys_prefix(call.account, user.id)))) {
    if (auto key = TRY(identity::get_access_key(reader, id))) keys.push_back(*std::move(key));
  }
  std::string line = user.name + "," + user.arn + "," + time_text(user.created) + ",";
  line += TRY(password_columns(reader, call, user)) + ",";
  line += TRY(any_key(reader, identity::items_prefix(call.account, "mfa-of:" + user.id))) ? "true," : "false,";
  line += TRY(key_columns(iam, reader, !keys.empty() ? &keys[0] : nullptr)) + ",";
  line += TRY(key_columns(iam, reader, keys.size() > 1 ? &keys[1] : nullptr)) + ",";
  return line + "false,N/A,false,N/A";
}

}  // namespace

Result<GenerateCredentialReportResponse> generate_credential_report(Iam& iam, Call& call, Transaction& tx,
                                                                    const wire::Empty&) {
  GenerateCredentialReportResponse output;
  output.State = "COMPLETE";
  const auto old = TRY(identity::get_item(tx, call.account, "credential-report", ""));
  if (old) {
    const Instant made = instant_from_ms(find_int(*old, "at_ms").value_or(0));
    if (made <= call.now && call.now - made < kFresh) return output;
  }
  output.State = "STARTED";
  output.Description = "No report exists. Starting a new report generation task";
  std::string content(kHeader);
  content += "\n<root_account>," + make_arn("iam", "", call.account, "root") +
             ",N/A,not_supported,no_information,not_supported,not_supported,false,true,N/A,N/A,N/A,N/A,false,N/A,N/A,"
             "N/A,N/A,false,N/A,false,N/A";
  const auto cursor = tx.scan(prefix_range(identity::users_prefix(call.account)));
  while (cursor->next()) {
    content += "\n" + TRY(line_of(iam, tx, call, TRY(identity::decode_user(cursor->value()))));
  }
  TRY(cursor->status());
  TRY(identity::put_item(tx, call.account, "credential-report", "",
                         json::object{{"at_ms", epoch_ms(whole_seconds(call.now))}, {"content", content}}));
  return output;
}

Result<GetCredentialReportResponse> get_credential_report(Call& call, Reader& reader, const wire::Empty&) {
  const auto report = TRY(identity::get_item(reader, call.account, "credential-report", ""));
  if (!report) {
    return fail(errors::CredentialReportNotPresentException(
        "No report present for account, please call GenerateCredentialReport"));
  }
  const Instant made = instant_from_ms(find_int(*report, "at_ms").value_or(0));
  if (call.now - made >= kFresh) {
    return fail(errors::CredentialReportExpiredException("The report has expired, please generate a new one"));
  }
  GetCredentialReportResponse output;
  output.Content = find_string(*report, "content").value_or("");
  output.ReportFormat = "text/csv";
  output.GeneratedTime = made;
  return output;
}

}  // namespace orrery::iam
