// How services keep their records in the store: one version byte, then a JSON document. Older versions stay readable: a
// reader switches on the version. (Items and log events, of which there are many, have compact codecs of their own.)
#pragma once

#include "auth/principal.h"
#include "base/json.h"
#include "store/store.h"
#include "wire/protocol.h"

#include <string>
#include <string_view>

namespace orrery {

std::string encode_record(const json::value& document);
// Error: Internal, "corrupt record".
Result<json::value> decode_record(std::string_view bytes);

// nullopt: no such key.
Result<std::optional<json::value>> get_record(Reader& reader, std::string_view key);
Result<> put_record(Transaction& tx, std::string_view key, const json::value& document);

// Records that are a generated struct.
template <class T>
std::string encode_shape(const T& value) {
  return encode_record(wire::to_document(wire::shape_for<T>(), &value));
}
template <class T>
Result<T> decode_shape(std::string_view bytes) {
  T value;
  TRY(wire::from_document(wire::shape_for<T>(), TRY(decode_record(bytes)), &value, false));
  return value;
}
template <class T>
Result<std::optional<T>> get_shape(Reader& reader, std::string_view key) {
  const auto bytes = TRY(reader.get(key));
  if (!bytes) return std::optional<T>();
  return std::optional<T>(TRY(decode_shape<T>(*bytes)));
}
template <class T>
Result<> put_shape(Transaction& tx, std::string_view key, const T& value) {
  return tx.put(key, encode_shape(value));
}

// Who ordered a job that goes on in their name: a member of its record.
json::value principal_document(const auth::Principal& principal);
auth::Principal read_principal(const json::value& document);

}  // namespace orrery
