// Scalars as text, and small helpers that every protocol uses.
#include "base/encode.h"
#include "wire/protocol_internal.h"

#include <charconv>
#include <cmath>

namespace orrery::wire {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

Failure bad(std::string_view text, std::string_view type) {
  return fail(api_error("SerializationException", "'" + std::string(text) + "' is not a " + std::string(type)));
}

Result<> timestamp_from_text(TimestampFormat format, std::string_view text, Instant& out) {
  std::optional<Instant> parsed;
  if (format == TimestampFormat::HttpDate) parsed = parse_http_date(text);
  if (!parsed && format != TimestampFormat::EpochSeconds) parsed = parse_iso8601(text);
  if (!parsed) {
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc() && end == text.data() + text.size() && std::abs(seconds) < 9e15) {
      parsed = instant_from_ms(std::llround(seconds * 1000));
    }
  }
  if (!parsed) return bad(text, "timestamp");
  out = *parsed;
  return {};
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

// AWS's paths give the Java member names: those of the model with a small first letter.
std::string text_of(const Path* path) {
  if (path == nullptr) return {};
  std::string out = text_of(path->parent);
  if (!out.empty()) out += '.';
  if (path->step == Path::Step::Element) return out + std::to_string(path->index + 1) + ".member";
  std::string name(path->name);
  if (path->step == Path::Step::Member && !name.empty()) name[0] = lower(name[0]);
  return out + name;
}

void note_missing(ReadContext& context, const Shape& shape, const Seen& seen, const Path* path) {
  for (std::size_t index = 0; index < shape.members.size(); ++index) {
    const Member& member = shape.members[index];
    if (!member.required || member.idempotency_token || seen.has(index)) continue;
    const Path here{path, member.name, 0, Path::Step::Member};
    context.missing.push_back(text_of(&here));
  }
}

bool is_scalar(const Shape& shape) { return shape.kind <= ShapeKind::Blob; }

TimestampFormat format_or(TimestampFormat stated, TimestampFormat otherwise) {
  return stated == TimestampFormat::Default ? otherwise : stated;
}

Result<> scalar_from_text(const Shape& shape, TimestampFormat format, std::string_view text, void* out) {
  const char* const end = text.data() + text.size();
  switch (shape.kind) {
    case ShapeKind::String:
      static_cast<std::string*>(out)->assign(text);
      return {};
    case ShapeKind::Boolean:
      if (!equal_ignoring_case(text, "true") && !equal_ignoring_case(text, "false")) return bad(text, "boolean");
      *static_cast<bool*>(out) = text.size() == 4;
      return {};
    case ShapeKind::Integer:
    case ShapeKind::Long: {
      const auto parsed = std::from_chars(text.data(), end, *static_cast<std::int64_t*>(out));
      return parsed.ec == std::errc() && parsed.ptr == end ? Result<>() : Result<>(bad(text, "number"));
    }
    case ShapeKind::Float:
    case ShapeKind::Double: {
      const auto parsed = std::from_chars(text.data(), end, *static_cast<double*>(out));
      return parsed.ec == std::errc() && parsed.ptr == end ? Result<>() : Result<>(bad(text, "number"));
    }
    case ShapeKind::Timestamp:
      return timestamp_from_text(format, text, *static_cast<Instant*>(out));
    case ShapeKind::Blob: {
      std::optional<std::string> bytes = unbase64(text);
      if (!bytes) return bad(text.substr(0, 64), "base64 text");
      *static_cast<std::string*>(out) = std::move(*bytes);
      return {};
    }
    default:
      return bad(text.substr(0, 64), "scalar");
  }
}

void scalar_to_text(const ServiceModel& service, const Shape& shape, TimestampFormat format, const void* value,
                    std::string& out) {
  switch (shape.kind) {
    case ShapeKind::String:
      out += *static_cast<const std::string*>(value);
      return;
    case ShapeKind::Boolean:
      out += *static_cast<const bool*>(value) ? "true" : "false";
      return;
    case ShapeKind::Integer:
    case ShapeKind::Long:
      out += std::to_string(*static_cast<const std::int64_t*>(value));
      return;
    case ShapeKind::Float:
    case ShapeKind::Double: {
      std::array<char, 40> buffer;
      const double real = *static_cast<const double*>(value);
      out.append(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), real).ptr);
      return;
    }
    case ShapeKind::Timestamp: {
      const Instant instant = *static_cast<const Instant*>(value);
      if (format == TimestampFormat::HttpDate) {
        out += http_date(instant);
      } else if (format == TimestampFormat::EpochSeconds) {
        out += std::to_string(epoch_ms(instant) / 1000);
      } else {  // S3 writes milliseconds, the query services seconds
        out += service.protocol == Protocol::RestXml ? iso8601_millis(instant) : iso8601_seconds(instant);
      }
      return;
    }
    case ShapeKind::Blob:
      out += base64(*static_cast<const std::string*>(value));
      return;
    default:
      return;
  }
}

Error unreadable(const ServiceModel& service, std::string message) {
  switch (service.protocol) {
    case Protocol::RestXml:
      // docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
      return api_error("MalformedXML",
                       "The XML you provided was not well-formed or did not validate against our published schema");
    case Protocol::Query:
      return api_error("MalformedInput", std::move(message));
    default:
      return api_error("SerializationException", std::move(message));
  }
}

}  // namespace orrery::wire
