// What the protocols share. Private to src/wire.
#pragma once

#include "wire/protocol.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::wire {

using Headers = std::span<const std::pair<std::string_view, std::string_view>>;

// Where in the input a reader or the validator stands: a chain on the stack, so that a good request pays nothing. The
// text is made for errors only: "tableName", "attributeDefinitions.1.member.attributeName".
struct Path {
  const Path* parent = nullptr;
  std::string_view name;  // of a member or a map entry; empty: a list element
  std::size_t index = 0;  // of a list element, from 0
  enum class Step : std::uint8_t { Member, Element, Entry } step = Step::Member;
};
std::string text_of(const Path* path);

// Members of one structure that the request carried.
class Seen {
 public:
  bool has(std::size_t index) const { return (words_[index / 64] >> (index % 64) & 1) != 0; }
  void add(std::size_t index) { words_[index / 64] |= std::uint64_t{1} << (index % 64); }

 private:
  std::array<std::uint64_t, 2> words_{};  // codegen.py refuses structures of more than 128 members
};

// A required member is a plain T in its struct, so the readers note which ones the request left out.
struct ReadContext {
  const ServiceModel& service;
  std::vector<std::string> missing;  // paths
};
void note_missing(ReadContext& context, const Shape& shape, const Seen& seen, const Path* path);

Result<> validate(const ServiceModel& service, const Shape& shape, const void* input,
                  std::span<const std::string> missing);

// --- scalars as text (headers, query strings, labels, XML, query) ---------------------------------------------------
// Error: the reason, for the caller to wrap in its protocol's code.
Result<> scalar_from_text(const Shape& shape, TimestampFormat format, std::string_view text, void* out);
void scalar_to_text(const ServiceModel& service, const Shape& shape, TimestampFormat format, const void* value,
                    std::string& out);
bool is_scalar(const Shape& shape);
TimestampFormat format_or(TimestampFormat stated, TimestampFormat otherwise);

// --- JSON -----------------------------------------------------------------------------------------------------------
// Reads a document into the members of `shape` that travel in the body. `text` is padded as RequestParts::body.
Result<> read_json(ReadContext& context, const Shape& shape, std::string_view text, void* out, Seen& seen,
                   const Path* path);
// Appends an object of the members that travel in the body.
void write_json(const Shape& shape, const void* value, std::string& out);
void write_json_string(std::string_view text, std::string& out);

// --- XML ------------------------------------------------------------------------------------------------------------
// Reads a document whose root element is `root` (any when empty).
Result<> read_xml(ReadContext& context, const Shape& shape, std::string_view root, std::string_view text, void* out,
                  Seen& seen, const Path* path);
// Appends the elements of a structure's body members, without an element around them.
void write_xml_members(const ServiceModel& service, const Shape& shape, const void* value, std::string& out);
// Appends <name …>members</name>.
void write_xml_element(const ServiceModel& service, std::string_view name, std::string_view xml_namespace,
                       const Shape& shape, const void* value, std::string& out,
                       TimestampFormat format = TimestampFormat::Default);
void write_xml_text(std::string_view text, std::string& out);  // escaped

// --- CBOR -----------------------------------------------------------------------------------------------------------
Result<> read_cbor(ReadContext& context, const Shape& shape, std::string_view bytes, void* out, Seen& seen,
                   const Path* path);
// Appends a map of the members.
void write_cbor(const Shape& shape, const void* value, std::string& out);

// --- query ----------------------------------------------------------------------------------------------------------
Result<> read_query(ReadContext& context, const Shape& shape, const RequestParts& request, void* out);

// --- REST bindings --------------------------------------------------------------------------------------------------
Result<> read_bindings(ReadContext& context, const Shape& shape, const RequestParts& request, void* out, Seen& seen);
void write_bindings(const ServiceModel& service, const Shape& shape, const void* value, ReplyParts& reply);
const Member* payload_of(const Shape& shape);
bool has_body_members(const Shape& shape);

void add_request_id(const ServiceModel& service, std::string_view request_id, ReplyParts& reply);
bool equal_ignoring_case(std::string_view a, std::string_view b);
// For tests: RE2 reads the pattern.
bool pattern_compiles(const Shape& shape);
// The service's code for a request that cannot be read: SerializationException, MalformedXML, MalformedInput.
Error unreadable(const ServiceModel& service, std::string message);

}  // namespace orrery::wire
