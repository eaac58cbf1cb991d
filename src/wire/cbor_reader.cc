// RPC v2 CBOR requests into the generated structs
// (smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html). Unknown members are skipped, null is the same as
// absent.
#include "base/utf8.h"
#include "wire/cbor.h"
#include "wire/protocol_internal.h"

#include <cmath>

namespace orrery::wire {
namespace {

class Reader {
 public:
  Reader(ReadContext& context, std::string_view bytes) : context_(context), bytes_(bytes) {}

  Result<> whole(const Shape& shape, void* out, Seen& seen, const Path* path) {
    const auto head = bytes_.head();
    if (!head || head->type != CborType::Map) return malformed();
    TRY(members(shape, *head, out, seen, path, 1));
    return bytes_.at_end() ? Result<>() : Result<>(malformed());
  }

 private:
  Failure malformed() const { return fail(unreadable(context_.service, "The CBOR of the request cannot be read.")); }
  Failure wrong_type(const Shape& shape, const Path* path) const {
    return fail(
        unreadable(context_.service, "Expected a value of " + std::string(shape.name) + " at '" + text_of(path) + "'"));
  }

  // Calls each(head of the next item) for every item of an array, or key of a map.
  template <class F>
  Result<> items(const CborHead& head, const F& each) {
    for (std::uint64_t index = 0; head.indefinite || index < head.argument; ++index) {
      const auto next = bytes_.head();
      if (!next) return malformed();
      if (next->is_break()) return head.indefinite ? Result<>() : Result<>(malformed());
      TRY(each(*next));
    }
    return {};
  }

  Result<std::string> text(const CborHead& head) {
    auto read = head.type == CborType::Text ? bytes_.string(head) : std::nullopt;
    if (!read || !is_utf8(*read)) return malformed();
    return *std::move(read);
  }

  Result<CborHead> value_head() {
    const auto head = bytes_.head();
    if (!head || head->is_break()) return malformed();
    return *head;
  }

  Result<> members(const Shape& shape, const CborHead& map, void* out, Seen& seen, const Path* path, int depth) {
    if (depth > kCborDeepest) return malformed();
    return items(map, [&](const CborHead& key) -> Result<> {
      const std::string name = TRY(text(key));
      const CborHead head = TRY(value_head());
      std::size_t index = 0;
      while (index < shape.members.size() && shape.members[index].location_name != name) ++index;
      if (index == shape.members.size() || seen.has(index) || head.is_null()) {
        return bytes_.skip(head, depth) ? Result<>() : Result<>(malformed());
      }
      seen.add(index);
      const Member& member = shape.members[index];
      const Path here{path, member.name, 0, Path::Step::Member};
      return read(*member.shape, head, member.access.emplace(out), &here, depth);
    });
  }

  Result<> read(const Shape& shape, const CborHead& head, void* out, const Path* path, int depth) {
    switch (shape.kind) {
      case ShapeKind::String:
        if (head.type != CborType::Text) return wrong_type(shape, path);
        *static_cast<std::string*>(out) = TRY(text(head));
        return {};
      case ShapeKind::Blob:
        return blob(shape, head, *static_cast<std::string*>(out), path);
      case ShapeKind::Boolean:
        if (head.type != CborType::Simple || head.width != 0 ||
            (head.argument != kCborTrue && head.argument != kCborFalse)) {
          return wrong_type(shape, path);
        }
        *static_cast<bool*>(out) = head.argument == kCborTrue;
        return {};
      case ShapeKind::Timestamp:
        return timestamp(shape, head, *static_cast<Instant*>(out), path);
      case ShapeKind::List:
        return list(shape, head, out, path, depth);
      case ShapeKind::Map:
        return map(shape, head, out, path, depth);
      case ShapeKind::Structure: {
        if (head.type != CborType::Map) return wrong_type(shape, path);
        Seen seen;
        TRY(members(shape, head, out, seen, path, depth + 1));
        note_missing(context_, shape, seen, path);
        return {};
      }
      case ShapeKind::Custom:
        return wrong_type(shape, path);  // only DynamoDB's services have them
      default:
        return number(shape, head, out, path);
    }
  }

  Result<> number(const Shape& shape, const CborHead& head, void* out, const Path* path) const {
    if (shape.kind == ShapeKind::Integer || shape.kind == ShapeKind::Long) {
      const auto value = cbor_integer(head);
      if (!value) return wrong_type(shape, path);
      *static_cast<std::int64_t*>(out) = *value;
      return {};
    }
    const auto value = cbor_real(head);
    if (!value) return wrong_type(shape, path);
    *static_cast<double*>(out) = *value;
    return {};
  }

  Result<> blob(const Shape& shape, const CborHead& head, std::string& out, const Path* path) {
    if (head.type != CborType::Bytes) return wrong_type(shape, path);
    auto read = bytes_.string(head);
    if (!read) return malformed();
    out = *std::move(read);
    return {};
  }

  Result<> timestamp(const Shape& shape, const CborHead& head, Instant& out, const Path* path) {
    if (head.type != CborType::Tag || head.argument != kCborEpochTag) return wrong_type(shape, path);
    const auto seconds = cbor_real(TRY(value_head()));
    if (!seconds || !(std::abs(*seconds) < 9e15)) return wrong_type(shape, path);
    out = instant_from_ms(std::llround(*seconds * 1000));
    return {};
  }

  Result<> list(const Shape& shape, const CborHead& head, void* out, const Path* path, int depth) {
    if (head.type != CborType::Array) return wrong_type(shape, path);
    if (depth >= kCborDeepest) return malformed();
    std::size_t index = 0;
    return items(head, [&](const CborHead& element) -> Result<> {
      if (element.is_null()) return {};
      const Path here{path, {}, index++, Path::Step::Element};
      return read(*shape.element, element, shape.list->append(out), &here, depth + 1);
    });
  }

  Result<> map(const Shape& shape, const CborHead& head, void* out, const Path* path, int depth) {
    if (head.type != CborType::Map) return wrong_type(shape, path);
    if (depth >= kCborDeepest) return malformed();
    return items(head, [&](const CborHead& key) -> Result<> {
      const std::string name = TRY(text(key));
      const CborHead value = TRY(value_head());
      const std::size_t before = shape.map->size(out);
      void* slot = value.is_null() ? nullptr : shape.map->insert(out, name);
      if (slot == nullptr || shape.map->size(out) == before) {
        return bytes_.skip(value, depth) ? Result<>() : Result<>(malformed());
      }
      const Path here{path, name, 0, Path::Step::Entry};
      return read(*shape.element, value, slot, &here, depth + 1);
    });
  }

  ReadContext& context_;
  CborReader bytes_;
};

}  // namespace

Result<> read_cbor(ReadContext& context, const Shape& shape, std::string_view bytes, void* out, Seen& seen,
                   const Path* path) {
  return Reader(context, bytes).whole(shape, out, seen, path);
}

}  // namespace orrery::wire
