// XML requests (S3). pugixml knows no DTD, hence no entity expansion. Namespaces are not checked, as S3 does not.
#include "wire/protocol_internal.h"

#include <pugixml.hpp>

namespace orrery::wire {
namespace {

// The name without its namespace prefix.
std::string_view local_name(pugi::xml_node node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string text_inside(pugi::xml_node node) {
  std::string out;
  for (const pugi::xml_node child : node.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) out += child.value();
  }
  return out;
}

class Reader {
 public:
  explicit Reader(ReadContext& context) : context_(context) {}

  Result<> members(const Shape& shape, pugi::xml_node node, void* out, Seen& seen, const Path* path) {
    for (std::size_t index = 0; index < shape.members.size(); ++index) {
      if (!shape.members[index].xml_attribute) continue;
      TRY(attribute(shape.members[index], node, out, seen, index));
    }
    for (const pugi::xml_node child : node.children()) {
      if (child.type() != pugi::node_element) continue;
      const std::size_t index = find(shape.members, local_name(child));
      if (index == shape.members.size()) continue;
      const Member& member = shape.members[index];
      const Path here{path, member.name, 0, Path::Step::Member};
      if (member.flattened) {
        // Elements of one flattened list may be spread among others.
        void* field = seen.has(index) ? const_cast<void*>(member.access.get(out)) : member.access.emplace(out);
        seen.add(index);
        TRY(flattened(*member.shape, child, field, &here));
      } else if (!seen.has(index)) {  // given twice: the first one holds
        seen.add(index);
        TRY(read(*member.shape, member.timestamp_format, child, member.access.emplace(out), &here));
      }
    }
    return {};
  }

  Failure malformed(std::string message = {}) const { return fail(unreadable(context_.service, std::move(message))); }

 private:
  static std::size_t find(std::span<const Member> all, std::string_view name) {
    for (std::size_t index = 0; index < all.size(); ++index) {
      const Member& member = all[index];
      if (member.location != Location::Body || member.xml_attribute) continue;
      const bool renamed = member.flattened && member.shape->kind == ShapeKind::List &&
                           !member.shape->element_name.empty() && member.shape->element_name != "member";
      if ((renamed ? member.shape->element_name : member.location_name) == name) return index;
    }
    return all.size();
  }

  Result<> attribute(const Member& member, pugi::xml_node node, void* out, Seen& seen, std::size_t index) {
    const std::string_view wanted = member.location_name.substr(member.location_name.find(':') + 1);
    for (const pugi::xml_attribute candidate : node.attributes()) {
      const std::string_view name = candidate.name();
      if (name.substr(name.find(':') + 1) != wanted) continue;
      seen.add(index);
      if (!scalar_from_text(*member.shape, TimestampFormat::Iso8601, candidate.value(), member.access.emplace(out))) {
        return malformed();
      }
    }
    return {};
  }

  Result<> flattened(const Shape& shape, pugi::xml_node node, void* field, const Path* path) {
    if (shape.kind == ShapeKind::Map) return entry(shape, node, field, path);
    const Path here{path, {}, shape.list->size(field), Path::Step::Element};
    return read(*shape.element, TimestampFormat::Default, node, shape.list->append(field), &here);
  }

  Result<> entry(const Shape& shape, pugi::xml_node node, void* map, const Path* path) {
    std::optional<std::string> key;
    pugi::xml_node value;
    for (const pugi::xml_node child : node.children()) {
      if (local_name(child) == shape.key_name) key = text_inside(child);
      if (local_name(child) == shape.element_name) value = child;
    }
    if (!key) return malformed();
    const Path here{path, *key, 0, Path::Step::Entry};
    const std::size_t before = shape.map->size(map);
    void* slot = shape.map->insert(map, *key);
    if (shape.map->size(map) == before || !value) return {};
    return read(*shape.element, TimestampFormat::Default, value, slot, &here);
  }

  Result<> read(const Shape& shape, TimestampFormat format, pugi::xml_node node, void* out, const Path* path) {
    switch (shape.kind) {
      case ShapeKind::Structure: {
        Seen seen;
        TRY(members(shape, node, out, seen, path));
        note_missing(context_, shape, seen, path);
        return {};
      }
      case ShapeKind::List: {
        std::size_t index = 0;
        for (const pugi::xml_node child : node.children()) {
          if (child.type() != pugi::node_element || local_name(child) != shape.element_name) continue;
          const Path here{path, {}, index++, Path::Step::Element};
          TRY(read(*shape.element, TimestampFormat::Default, child, shape.list->append(out), &here));
        }
        return {};
      }
      case ShapeKind::Map:
        for (const pugi::xml_node child : node.children()) {
          if (child.type() == pugi::node_element) TRY(entry(shape, child, out, path));
        }
        return {};
      case ShapeKind::Custom:
        return malformed();
      default: {
        const std::string text = text_inside(node);
        const Result<> done = scalar_from_text(shape, format_or(format, TimestampFormat::Iso8601), text, out);
        return done ? Result<>() : Result<>(malformed(done.error().message));
      }
    }
  }

  ReadContext& context_;
};

}  // namespace

Result<> read_xml(ReadContext& context, const Shape& shape, std::string_view root, std::string_view text, void* out,
                  Seen& seen, const Path* path) {
  Reader reader(context);
  pugi::xml_document document;
  // White space alone counts: an object's key may be one blank.
  const unsigned flags = pugi::parse_default | pugi::parse_ws_pcdata_single;
  if (!document.load_buffer(text.data(), text.size(), flags, pugi::encoding_utf8)) return reader.malformed();
  const pugi::xml_node top = document.document_element();
  if (!top || (!root.empty() && local_name(top) != root)) return reader.malformed();
  return reader.members(shape, top, out, seen, path);
}

}  // namespace orrery::wire
