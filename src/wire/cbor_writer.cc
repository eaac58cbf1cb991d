// RPC v2 CBOR replies.
#include "wire/cbor.h"
#include "wire/protocol_internal.h"

#include <algorithm>

namespace orrery::wire {
namespace {

void write_value(const Shape& shape, const void* value, std::string& out);

void write_timestamp(Instant instant, std::string& out) {
  write_cbor_head(CborType::Tag, kCborEpochTag, out);
  const std::int64_t ms = epoch_ms(instant);
  if (ms % 1000 == 0) return write_cbor_integer(ms / 1000, out);
  write_cbor_real(static_cast<double>(ms) / 1000, out);
}

void write_map(const Shape& shape, const void* value, std::string& out) {
  write_cbor_head(CborType::Map, shape.map->size(value), out);
  struct Context {
    const Shape& element;
    std::string& out;
  } context{*shape.element, out};
  shape.map->each(value, &context, [](void* raw, std::string_view key, const void* entry) {
    auto& to = *static_cast<Context*>(raw);
    write_cbor_text(key, to.out);
    write_value(to.element, entry, to.out);
  });
}

void write_list(const Shape& shape, const void* value, std::string& out) {
  const std::size_t size = shape.list->size(value);
  write_cbor_head(CborType::Array, size, out);
  for (std::size_t index = 0; index < size; ++index) write_value(*shape.element, shape.list->at(value, index), out);
}

void write_value(const Shape& shape, const void* value, std::string& out) {
  switch (shape.kind) {
    case ShapeKind::String:
      return write_cbor_text(*static_cast<const std::string*>(value), out);
    case ShapeKind::Blob:
      return write_cbor_bytes(*static_cast<const std::string*>(value), out);
    case ShapeKind::Boolean:
      return write_cbor_simple(*static_cast<const bool*>(value) ? kCborTrue : kCborFalse, out);
    case ShapeKind::Integer:
    case ShapeKind::Long:
      return write_cbor_integer(*static_cast<const std::int64_t*>(value), out);
    case ShapeKind::Float:
    case ShapeKind::Double:
      return write_cbor_real(*static_cast<const double*>(value), out);
    case ShapeKind::Timestamp:
      return write_timestamp(*static_cast<const Instant*>(value), out);
    case ShapeKind::List:
      return write_list(shape, value, out);
    case ShapeKind::Map:
      return write_map(shape, value, out);
    case ShapeKind::Structure:
      return write_cbor(shape, value, out);
    case ShapeKind::Custom:
      return write_cbor_simple(kCborNull, out);  // only DynamoDB's services have them
  }
}

}  // namespace

void write_cbor(const Shape& shape, const void* value, std::string& out) {
  const auto present =
      std::ranges::count_if(shape.members, [&](const Member& member) { return member.access.get(value) != nullptr; });
  write_cbor_head(CborType::Map, static_cast<std::uint64_t>(present), out);
  for (const Member& member : shape.members) {
    const void* field = member.access.get(value);
    if (field == nullptr) continue;
    write_cbor_text(member.location_name, out);
    write_value(*member.shape, field, out);
  }
}

}  // namespace orrery::wire
