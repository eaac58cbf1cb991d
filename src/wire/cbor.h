// CBOR (RFC 8949) as far as RPC v2 CBOR needs it: heads, numbers, strings, and skipping what nobody wants.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::wire {

// The major types of RFC 8949 section 3.1.
enum class CborType : std::uint8_t { Unsigned, Negative, Bytes, Text, Array, Map, Tag, Simple };

inline constexpr std::uint64_t kCborFalse = 20, kCborTrue = 21, kCborNull = 22, kCborUndefined = 23;
inline constexpr std::uint64_t kCborEpochTag = 1;  // section 3.4.2
inline constexpr int kCborDeepest = 64;            // levels of arrays, maps and tags

// The head of a data item: its type and argument (section 3).
struct CborHead {
  CborType type = CborType::Simple;
  std::uint64_t argument = 0;  // value, length, count, tag, or the bits of a float
  std::uint8_t width = 0;      // bytes of the argument that follow the first byte: of floats 2, 4 or 8
  bool indefinite = false;     // section 3.2; of type Simple: the "break" stop code
  bool is_break() const { return type == CborType::Simple && indefinite; }
  bool is_null() const {
    return type == CborType::Simple && width == 0 && (argument == kCborNull || argument == kCborUndefined);
  }
};

// Walks over bytes it does not own. What is malformed, or ends too soon, is nullopt (or false); nothing more can be
// read then.
class CborReader {
 public:
  explicit CborReader(std::string_view bytes) : rest_(bytes) {}

  std::optional<CborHead> head();
  std::optional<CborHead> peek() const { return CborReader(rest_).head(); }
  bool at_end() const { return rest_.empty(); }

  // What follows a head. `string` joins the pieces of an indefinite one.
  std::optional<std::string> string(const CborHead& head);
  // Everything that belongs to the item of `head`.
  bool skip(const CborHead& head, int depth);
  bool skip(int depth);

 private:
  std::optional<std::string_view> take(std::uint64_t size);
  std::string_view rest_;
};

// Floats of all three widths, and integers; nullopt: not a number.
std::optional<double> cbor_real(const CborHead& head);
// nullopt: not an integer, or beyond 64 bits with a sign.
std::optional<std::int64_t> cbor_integer(const CborHead& head);

// Appends a head in as few bytes as hold its argument.
void write_cbor_head(CborType type, std::uint64_t argument, std::string& out);
void write_cbor_text(std::string_view text, std::string& out);
void write_cbor_bytes(std::string_view bytes, std::string& out);
void write_cbor_integer(std::int64_t value, std::string& out);
void write_cbor_real(double value, std::string& out);  // as a double: the shortest form is not asked for
void write_cbor_simple(std::uint64_t value, std::string& out);

}  // namespace orrery::wire
