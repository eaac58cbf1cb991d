#include "services/record.h"

namespace orrery {
namespace {
constexpr char kJsonRecord = 1;
}

std::string encode_record(const json::value& document) { return kJsonRecord + json::serialize(document); }

Result<json::value> decode_record(std::string_view bytes) {
  if (bytes.empty() || bytes[0] != kJsonRecord) return fail(internal_error("corrupt record: unknown version"));
  return parse_json(bytes.substr(1));
}

Result<std::optional<json::value>> get_record(Reader& reader, std::string_view key) {
  const auto bytes = TRY(reader.get(key));
  if (!bytes) return std::optional<json::value>();
  return std::optional<json::value>(TRY(decode_record(*bytes)));
}

Result<> put_record(Transaction& tx, std::string_view key, const json::value& document) {
  return tx.put(key, encode_record(document));
}

json::value principal_document(const auth::Principal& principal) {
  return json::object{{"kind", static_cast<int>(principal.kind)},
                      {"account", principal.account},
                      {"arn", principal.arn},
                      {"user_id", principal.user_id},
                      {"name", principal.name},
                      {"role_arn", principal.role_arn}};
}

auth::Principal read_principal(const json::value& document) {
  auth::Principal principal;
  principal.kind = static_cast<auth::Principal::Kind>(find_int(document, "kind").value_or(0));
  principal.account = text_of(document, "account");
  principal.arn = text_of(document, "arn");
  principal.user_id = text_of(document, "user_id");
  principal.name = text_of(document, "name");
  principal.role_arn = text_of(document, "role_arn");
  return principal;
}

}  // namespace orrery
