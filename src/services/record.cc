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

}  // namespace orrery
