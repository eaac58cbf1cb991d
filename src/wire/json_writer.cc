// JSON replies, appended straight to a string.
#include "base/encode.h"
#include "wire/custom.h"
#include "wire/protocol_internal.h"

#include <charconv>
#include <cmath>

namespace orrery::wire {
namespace {

// What a byte of a JSON string needs: 0 nothing, 1 an escape, 2 a look at its UTF-8 sequence.
constexpr std::array<unsigned char, 256> kByteClass = [] {
  std::array<unsigned char, 256> table{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    if (byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7f) table[byte] = 1;
    if (byte >= 0x80) table[byte] = 2;
  }
  return table;
}();

void write_escape(unsigned char byte, std::string& out) {
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default: {
      constexpr std::string_view digits = "0123456789abcdef";
      out += "\\u00";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
}

// Length of the well-formed UTF-8 sequence at `at` (Unicode 15, table 3-7); 0: none.
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : static_cast<unsigned char>(0);
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const unsigned char first = byte(0);
  if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (!tail(1) || !tail(2)) return 0;
    if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f)) return 0;
    return 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if ((first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f)) return 0;
    return 4;
  }
  return 0;
}

void write_integer(std::int64_t value, std::string& out) {
  std::array<char, 24> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out.append(buffer.data(), end);
}

void write_real(double value, std::string& out) {
  if (std::isnan(value)) {
    out += "\"NaN\"";
  } else if (std::isinf(value)) {
    out += value < 0 ? "\"-Infinity\"" : "\"Infinity\"";
  } else {
    std::array<char, 40> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    out += text;
    if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
  }
}

void write_timestamp(TimestampFormat format, Instant value, std::string& out) {
  if (format == TimestampFormat::Iso8601 || format == TimestampFormat::HttpDate) {
    out += '"';
    out += format == TimestampFormat::Iso8601 ? iso8601_millis(value) : http_date(value);
    out += '"';
    return;
  }
  // Seconds since the epoch, with a fraction where there is one.
  const std::int64_t ms = epoch_ms(value);
  if (ms < 0) {
    std::array<char, 40> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), static_cast<double>(ms) / 1000,
                                   std::chars_format::fixed);
    out.append(buffer.data(), end.ptr);
    return;
  }
  write_integer(ms / 1000, out);
  if (ms % 1000 != 0) {
    out += '.';
    const auto fraction = static_cast<unsigned>(ms % 1000);
    out += static_cast<char>('0' + fraction / 100);
    out += static_cast<char>('0' + fraction / 10 % 10);
    out += static_cast<char>('0' + fraction % 10);
  }
}

void write_value(const Shape& shape, TimestampFormat format, const void* value, std::string& out);

void write_list(const Shape& shape, const void* value, std::string& out) {
  out += '[';
  const std::size_t size = shape.list->size(value);
  for (std::size_t index = 0; index < size; ++index) {
    if (index != 0) out += ',';
    write_value(*shape.element, TimestampFormat::Default, shape.list->at(value, index), out);
  }
  out += ']';
}

void write_map(const Shape& shape, const void* value, std::string& out) {
  struct Context {
    const Shape& element;
    std::string& out;
    bool first = true;
  } context{*shape.element, out};
  out += '{';
  shape.map->each(value, &context, [](void* raw, std::string_view key, const void* entry) {
    auto& to = *static_cast<Context*>(raw);
    if (!to.first) to.out += ',';
    to.first = false;
    write_json_string(key, to.out);
    to.out += ':';
    write_value(to.element, TimestampFormat::Default, entry, to.out);
  });
  out += '}';
}

void write_value(const Shape& shape, TimestampFormat format, const void* value, std::string& out) {
  switch (shape.kind) {
    case ShapeKind::String:
      return write_json_string(*static_cast<const std::string*>(value), out);
    case ShapeKind::Boolean:
      out += *static_cast<const bool*>(value) ? "true" : "false";
      return;
    case ShapeKind::Integer:
    case ShapeKind::Long:
      return write_integer(*static_cast<const std::int64_t*>(value), out);
    case ShapeKind::Float:
    case ShapeKind::Double:
      return write_real(*static_cast<const double*>(value), out);
    case ShapeKind::Timestamp:
      return write_timestamp(format, *static_cast<const Instant*>(value), out);
    case ShapeKind::Blob:
      out += '"';
      out += base64(*static_cast<const std::string*>(value));
      out += '"';
      return;
    case ShapeKind::List:
      return write_list(shape, value, out);
    case ShapeKind::Map:
      return write_map(shape, value, out);
    case ShapeKind::Structure:
      return write_json(shape, value, out);
    case ShapeKind::Custom:
      return shape.custom->to_json(value, out);
  }
}

}  // namespace

void write_json_string(std::string_view text, std::string& out) {
  out += '"';
  std::size_t start = 0;  // of the run not yet copied
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (kByteClass[byte] == 0) {
      ++at;
      continue;
    }
    const std::size_t length = kByteClass[byte] == 2 ? utf8_length(text, at) : 0;
    if (length != 0) {
      at += length;
      continue;
    }
    out.append(text.substr(start, at - start));
    if (kByteClass[byte] == 1) {
      write_escape(byte, out);
    } else {
      out += "\xef\xbf\xbd";  // U+FFFD: JSON text is always well-formed UTF-8
    }
    start = ++at;
  }
  out.append(text.substr(start));
  out += '"';
}

void write_json(const Shape& shape, const void* value, std::string& out) {
  out += '{';
  bool first = true;
  for (const Member& member : shape.members) {
    if (member.location != Location::Body) continue;
    const void* field = member.access.get(value);
    if (field == nullptr) continue;
    if (!first) out += ',';
    first = false;
    out += '"';
    out += member.location_name;
    out += "\":";
    write_value(*member.shape, member.timestamp_format, field, out);
  }
  out += '}';
}

}  // namespace orrery::wire
