#include "blob/references.h"

#include "store/key.h"

namespace orrery::blob {

namespace {
constexpr char kVersion = 1;
constexpr std::size_t kLength = 1 + 8 + 1 + 8;  // version, count, dying, released at (ms)

void append_u64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

std::uint64_t read_u64(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes.substr(0, 8)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}
}  // namespace

std::string references_key(std::string_view id) { return KeyWriter(KeyKind::Blob).text(id).take(); }

std::string id_of_key(std::string_view key) { return KeyReader(key).text(); }

std::string encode(const References& references) {
  std::string value(1, kVersion);
  append_u64(value, references.count);
  value += references.dying ? '\1' : '\0';
  append_u64(value, static_cast<std::uint64_t>(epoch_ms(references.released_at)));
  return value;
}

Result<References> decode_references(std::string_view id, std::string_view value) {
  if (value.size() != kLength || value[0] != kVersion) {
    return fail(internal_error("the references of blob " + std::string(id) + " are unreadable"));
  }
  References references;
  references.count = read_u64(value.substr(1));
  references.dying = value[9] != '\0';
  references.released_at = instant_from_ms(static_cast<long long>(read_u64(value.substr(10))));
  return references;
}

Result<std::optional<References>> find_references(Reader& reader, std::string_view id) {
  const std::optional<std::string> value = TRY(reader.get(references_key(id)));
  if (!value) return std::optional<References>();
  return std::optional(TRY(decode_references(id, *value)));
}

}  // namespace orrery::blob
