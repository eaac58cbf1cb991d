#include "services/identity/records.h"
#include "services/record.h"

namespace orrery::identity {
namespace {

std::vector<std::string> texts_of(const json::value& document, std::string_view name) {
  std::vector<std::string> out;
  const json::value* list = find(document, name);
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& text : list->get_array()) {
    if (text.is_string()) out.emplace_back(text.get_string());
  }
  return out;
}

json::array list_of(const std::vector<std::string>& texts) {
  json::array out;
  for (const auto& text : texts) out.emplace_back(text);
  return out;
}

// Keys and values in turn: their order stays.
TagList pairs_of(const std::vector<std::string>& texts) {
  TagList out;
  for (std::size_t i = 0; i + 1 < texts.size(); i += 2) out.emplace_back(texts[i], texts[i + 1]);
  return out;
}

std::vector<std::string> flat(const TagList& tags) {
  std::vector<std::string> out;
  for (const auto& [key, value] : tags) {
    out.push_back(key);
    out.push_back(value);
  }
  return out;
}

}  // namespace

Result<std::optional<SessionRecord>> get_session(Reader& reader, std::string_view access_key) {
  const auto record = TRY(get_record(reader, session_key(access_key)));
  if (!record) return std::optional<SessionRecord>();
  SessionRecord session;
  session.kind = static_cast<SessionRecord::Kind>(find_int(*record, "kind").value_or(0));
  session.access_key = access_key;
  session.secret = text_of(*record, "secret");
  session.token = text_of(*record, "token");
  session.account = text_of(*record, "account");
  session.role_arn = text_of(*record, "role_arn");
  session.role_id = text_of(*record, "role_id");
  session.session_name = text_of(*record, "session_name");
  session.issuer_arn = text_of(*record, "issuer_arn");
  session.issuer_id = text_of(*record, "issuer_id");
  session.source_identity = text_of(*record, "source_identity");
  session.federated_provider = text_of(*record, "provider");
  session.session_policies = texts_of(*record, "session_policies");
  session.tags = pairs_of(texts_of(*record, "tags"));
  session.transitive_tag_keys = texts_of(*record, "transitive");
  if (const auto at = find_int(*record, "mfa_ms")) session.mfa_at = instant_from_ms(*at);
  session.expires = instant_from_ms(find_int(*record, "expires_ms").value_or(0));
  session.issued = instant_from_ms(find_int(*record, "issued_ms").value_or(0));
  return std::optional<SessionRecord>(std::move(session));
}

Result<> put_session(Transaction& tx, const SessionRecord& session) {
  json::object record{{"kind", static_cast<int>(session.kind)},
                      {"secret", session.secret},
                      {"token", session.token},
                      {"account", session.account},
                      {"role_arn", session.role_arn},
                      {"role_id", session.role_id},
                      {"session_name", session.session_name},
                      {"issuer_arn", session.issuer_arn},
                      {"issuer_id", session.issuer_id},
                      {"source_identity", session.source_identity},
                      {"provider", session.federated_provider},
                      {"session_policies", list_of(session.session_policies)},
                      {"tags", list_of(flat(session.tags))},
                      {"transitive", list_of(session.transitive_tag_keys)},
                      {"expires_ms", epoch_ms(session.expires)},
                      {"issued_ms", epoch_ms(session.issued)}};
  if (session.mfa_at) record["mfa_ms"] = epoch_ms(*session.mfa_at);
  return put_record(tx, session_key(session.access_key), record);
}

}  // namespace orrery::identity
