// HTTP bindings of the REST protocols: headers, query parameters, URI labels, status code
// (smithy.io/2.0/spec/http-bindings.html).
#include "base/encode.h"
#include "wire/protocol_internal.h"

namespace orrery::wire {
namespace {

const std::string_view* find_header(Headers headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (equal_ignoring_case(key, name)) return &value;
  }
  return nullptr;
}

const std::string* find_pair(const Pairs* pairs, std::string_view name) {
  if (pairs == nullptr) return nullptr;
  for (const auto& [key, value] : *pairs) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// S3 has a code of its own for this, the others refuse it as they refuse JSON of the wrong type.
Failure bad_value(const ServiceModel& service, const Member& member, std::string_view text) {
  if (service.protocol == Protocol::RestXml) {
    const std::string name(member.location_name);
    const bool number = member.shape->kind == ShapeKind::Integer || member.shape->kind == ShapeKind::Long;
    return fail(api_error("InvalidArgument", number ? "Provided " + name + " not an integer or within integer range"
                                                    : "Invalid value for " + name)
                    .with("ArgumentName", name)
                    .with("ArgumentValue", std::string(text)));
  }
  const std::string_view type = member.shape->kind == ShapeKind::Boolean ? "a Boolean" : "an Integer";
  return fail(api_error("SerializationException", "STRING_VALUE can not be converted to " + std::string(type)));
}

TimestampFormat format_of(const Member& member) {
  return format_or(member.timestamp_format,
                   member.location == Location::Header ? TimestampFormat::HttpDate : TimestampFormat::Iso8601);
}

Result<> read_scalar(const ServiceModel& service, const Member& member, std::string_view text, void* out) {
  if (!scalar_from_text(*member.shape, format_of(member), text, member.access.emplace(out))) {
    return bad_value(service, member, text);
  }
  return {};
}

// A list in a header: values separated by commas.
Result<> read_header_list(const ServiceModel& service, const Member& member, std::string_view text, void* out) {
  void* list = member.access.emplace(out);
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t comma = rest.find(',');
    const std::string_view one = trim(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    if (one.empty()) continue;
    if (!scalar_from_text(*member.shape->element, TimestampFormat::HttpDate, one, member.shape->list->append(list))) {
      return bad_value(service, member, one);
    }
  }
  return {};
}

bool read_prefix_headers(const Member& member, Headers headers, void* out) {
  void* map = nullptr;
  for (const auto& [key, value] : headers) {
    const std::string_view prefix = member.location_name;
    if (key.size() <= prefix.size() || !equal_ignoring_case(key.substr(0, prefix.size()), prefix)) continue;
    if (map == nullptr) map = member.access.emplace(out);
    std::string name(key.substr(prefix.size()));
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    auto& text = *static_cast<std::string*>(member.shape->map->insert(map, name));
    if (!text.empty()) text += ',';  // the same name twice
    text += value;
  }
  return map != nullptr;
}

Result<bool> read_query_member(const ServiceModel& service, const Member& member, const Pairs* query, void* out) {
  const std::string* value = find_pair(query, member.location_name);
  if (value == nullptr) return false;
  if (member.shape->kind != ShapeKind::List) {
    // "?max-keys=" without a value is as good as absent for what is no string.
    if (value->empty() && member.shape->kind != ShapeKind::String) return false;
    TRY(read_scalar(service, member, *value, out));
    return true;
  }
  void* list = member.access.emplace(out);
  for (const auto& [key, text] : *query) {
    if (key != member.location_name) continue;
    if (!scalar_from_text(*member.shape->element, TimestampFormat::Iso8601, text, member.shape->list->append(list))) {
      return bad_value(service, member, text);
    }
  }
  return true;
}

// RFC 9110 section 13.1.3: If-Modified-Since and its like are ignored when they hold no valid date.
bool ignores_bad_date(const Member& member) {
  return member.shape->kind == ShapeKind::Timestamp && member.location_name.starts_with("If-");
}

Result<bool> read_member(const ServiceModel& service, const Member& member, const RequestParts& request, void* out) {
  switch (member.location) {
    case Location::Header: {
      const std::string_view* value = find_header(request.headers, member.location_name);
      if (value == nullptr) return false;
      if (value->empty() && member.shape->kind != ShapeKind::String) return false;
      Instant scratch;
      if (ignores_bad_date(member) && !scalar_from_text(*member.shape, format_of(member), trim(*value), &scratch)) {
        return false;
      }
      if (member.shape->kind == ShapeKind::List) {
        TRY(read_header_list(service, member, *value, out));
      } else {
        TRY(read_scalar(service, member, trim(*value), out));
      }
      return true;
    }
    case Location::HeaderPrefix:
      return read_prefix_headers(member, request.headers, out);
    case Location::QueryString:
      return read_query_member(service, member, request.query, out);
    case Location::Uri: {
      const std::string* value = find_pair(request.labels, member.location_name);
      if (value == nullptr) return false;
      TRY(read_scalar(service, member, *value, out));
      return true;
    }
    default:
      return false;
  }
}

void write_header(const ServiceModel& service, const Member& member, const void* field, ReplyParts& reply) {
  std::string text;
  if (member.shape->kind == ShapeKind::List) {
    for (std::size_t i = 0; i < member.shape->list->size(field); ++i) {
      if (i != 0) text += ',';
      scalar_to_text(service, *member.shape->element, TimestampFormat::HttpDate, member.shape->list->at(field, i),
                     text);
    }
  } else {
    scalar_to_text(service, *member.shape, format_of(member), field, text);
  }
  reply.headers.emplace_back(member.location_name, std::move(text));
}

}  // namespace

const Member* payload_of(const Shape& shape) {
  for (const Member& member : shape.members) {
    if (member.payload) return &member;
  }
  return nullptr;
}

bool has_body_members(const Shape& shape) {
  for (const Member& member : shape.members) {
    if (member.location == Location::Body) return true;
  }
  return false;
}

Result<> read_bindings(ReadContext& context, const Shape& shape, const RequestParts& request, void* out, Seen& seen) {
  for (std::size_t index = 0; index < shape.members.size(); ++index) {
    const Member& member = shape.members[index];
    if (member.location == Location::Body) continue;
    if (TRY(read_member(context.service, member, request, out))) seen.add(index);
  }
  return {};
}

void write_bindings(const ServiceModel& service, const Shape& shape, const void* value, ReplyParts& reply) {
  for (const Member& member : shape.members) {
    if (member.location == Location::Body) continue;
    const void* field = member.access.get(value);
    if (field == nullptr) continue;
    if (member.location == Location::StatusCode) {
      reply.status = static_cast<int>(*static_cast<const std::int64_t*>(field));
    } else if (member.location == Location::Header) {
      write_header(service, member, field, reply);
    } else if (member.location == Location::HeaderPrefix) {
      struct Context {
        std::string_view prefix;
        Pairs& headers;
      } into{member.location_name, reply.headers};
      member.shape->map->each(field, &into, [](void* raw, std::string_view key, const void* text) {
        auto& to = *static_cast<Context*>(raw);
        to.headers.emplace_back(std::string(to.prefix).append(key), *static_cast<const std::string*>(text));
      });
    }
  }
}

}  // namespace orrery::wire
