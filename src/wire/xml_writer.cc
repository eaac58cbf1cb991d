// XML replies of rest-xml and query, appended straight to a string.
#include "wire/protocol_internal.h"

#include <algorithm>

namespace orrery::wire {
namespace {

void open(std::string_view name, std::string& out) { out.append("<").append(name).append(">"); }
void close(std::string_view name, std::string& out) { out.append("</").append(name).append(">"); }

void write_value(const ServiceModel& service, const Shape& shape, TimestampFormat format, const void* value,
                 std::string& out);

void write_entries(const ServiceModel& service, const Shape& shape, std::string_view name, const void* value,
                   std::string& out) {
  struct Context {
    const ServiceModel& service;
    const Shape& shape;
    std::string_view name;
    std::string& out;
  } context{service, shape, name, out};
  shape.map->each(value, &context, [](void* raw, std::string_view key, const void* entry) {
    auto& to = *static_cast<Context*>(raw);
    open(to.name, to.out);
    open(to.shape.key_name, to.out);
    write_xml_text(key, to.out);
    close(to.shape.key_name, to.out);
    open(to.shape.element_name, to.out);
    write_value(to.service, *to.shape.element, TimestampFormat::Iso8601, entry, to.out);
    close(to.shape.element_name, to.out);
    close(to.name, to.out);
  });
}

void write_elements(const ServiceModel& service, const Shape& shape, std::string_view name, const void* value,
                    std::string& out) {
  const std::size_t size = shape.list->size(value);
  for (std::size_t index = 0; index < size; ++index) {
    open(name, out);
    write_value(service, *shape.element, TimestampFormat::Iso8601, shape.list->at(value, index), out);
    close(name, out);
  }
}

// The element's content.
void write_value(const ServiceModel& service, const Shape& shape, TimestampFormat format, const void* value,
                 std::string& out) {
  switch (shape.kind) {
    case ShapeKind::String:
      return write_xml_text(*static_cast<const std::string*>(value), out);
    case ShapeKind::List:
      return write_elements(service, shape, shape.element_name, value, out);
    case ShapeKind::Map:
      return write_entries(service, shape, "entry", value, out);
    case ShapeKind::Structure:
      return write_xml_members(service, shape, value, out);
    case ShapeKind::Custom:
      return;  // only JSON services have them
    default:
      return scalar_to_text(service, shape, format_or(format, TimestampFormat::Iso8601), value, out);
  }
}

void write_member(const ServiceModel& service, const Member& member, const void* field, std::string& out) {
  const Shape& shape = *member.shape;
  if (member.flattened && shape.kind == ShapeKind::List) {
    const bool renamed = !shape.element_name.empty() && shape.element_name != "member";
    return write_elements(service, shape, renamed ? shape.element_name : member.location_name, field, out);
  }
  if (member.flattened && shape.kind == ShapeKind::Map) {
    return write_entries(service, shape, member.location_name, field, out);
  }
  write_xml_element(service, member.location_name, member.xml_namespace, shape, field, out, member.timestamp_format);
}

// Attributes belong to the element around the members: <Grantee xsi:type="…">.
void write_attributes(const ServiceModel& service, const Shape& shape, const void* value, std::string& out) {
  for (const Member& member : shape.members) {
    const void* field = member.xml_attribute ? member.access.get(value) : nullptr;
    if (field == nullptr) continue;
    std::string text;
    scalar_to_text(service, *member.shape, TimestampFormat::Iso8601, field, text);
    out.append(" ").append(member.location_name).append("=\"");
    write_xml_text(text, out);
    out += '"';
  }
}

}  // namespace

void write_xml_text(std::string_view text, std::string& out) {
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte > '>' || (byte >= 0x20 && byte != '&' && byte != '<' && byte != '>' && byte != '"') || byte == '\n' ||
        byte == '\t') {
      continue;
    }
    out.append(text.substr(start, at - start));
    start = at + 1;
    switch (byte) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:  // control characters, as S3 writes them: &#x1;
        constexpr std::string_view digits = "0123456789abcdef";
        out += "&#x";
        if (byte >= 16) out += digits[byte >> 4];
        out += digits[byte & 15];
        out += ';';
    }
  }
  out.append(text.substr(start));
}

void write_xml_members(const ServiceModel& service, const Shape& shape, const void* value, std::string& out) {
  for (const Member& member : shape.members) {
    if (member.location != Location::Body || member.xml_attribute) continue;
    if (const void* field = member.access.get(value)) write_member(service, member, field, out);
  }
}

void write_xml_element(const ServiceModel& service, std::string_view name, std::string_view xml_namespace,
                       const Shape& shape, const void* value, std::string& out, TimestampFormat format) {
  out.append("<").append(name);
  if (!xml_namespace.empty()) out.append(" xmlns=\"").append(xml_namespace).append("\"");
  if (shape.kind == ShapeKind::Structure) write_attributes(service, shape, value, out);
  out += '>';
  write_value(service, shape, format, value, out);
  close(name, out);
}

}  // namespace orrery::wire
