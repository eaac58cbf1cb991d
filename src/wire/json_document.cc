// Generated structs to and from JSON documents: AWS member names, blobs in base64, timestamps in seconds.
#include "base/encode.h"
#include "wire/custom.h"
#include "wire/protocol_internal.h"

#include <algorithm>
#include <cmath>

namespace orrery::wire {
namespace {

Failure wrong(const Path* path, std::string_view expected) {
  return fail(api_error("SerializationException", "Expected " + std::string(expected) + " at '" + text_of(path) + "'"));
}

Result<> read(const Shape& shape, const json::value& document, void* out, bool strict, const Path* path);

Result<> read_members(const Shape& shape, const json::object& object, void* out, bool strict, const Path* path) {
  std::size_t known = 0;
  for (const Member& member : shape.members) {
    const Path here{path, member.name, 0, Path::Step::Member};
    const json::value* value = object.if_contains({member.name.data(), member.name.size()});
    if (value != nullptr) ++known;
    if (value == nullptr || value->is_null()) {
      if (member.required && strict && !member.idempotency_token) {
        return fail(api_error("ValidationException", "1 validation error detected: Value null at '" + text_of(&here) +
                                                         "' failed to satisfy constraint: Member must not be null"));
      }
      continue;
    }
    TRY(read(*member.shape, *value, member.access.emplace(out), strict, &here));
  }
  if (!strict || known == object.size()) return {};
  for (const auto& entry : object) {
    const std::string_view name(entry.key().data(), entry.key().size());
    if (std::none_of(shape.members.begin(), shape.members.end(), [&](const Member& m) { return m.name == name; })) {
      return fail(api_error("SerializationException",
                            "Unknown member '" + std::string(name) + "' of " + std::string(shape.name)));
    }
  }
  return {};
}

Result<> read_custom(const Shape& shape, const json::value& document, void* out, const Path* path) {
  const simdjson::padded_string text{to_text(document)};
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document parsed;
  simdjson::ondemand::value value;
  if (parser.iterate(text).get(parsed) != simdjson::SUCCESS || parsed.get_value().get(value) != simdjson::SUCCESS) {
    return wrong(path, shape.name);
  }
  return shape.custom->from_json(value, out);
}

Result<> read_scalar(const Shape& shape, const json::value& document, void* out, const Path* path) {
  if (const json::string* text = document.if_string()) {
    if (shape.kind == ShapeKind::Boolean) return wrong(path, "a boolean");
    if (!scalar_from_text(shape, TimestampFormat::Default, {text->data(), text->size()}, out)) {
      return wrong(path, shape.name);
    }
    return {};
  }
  if (const bool* truth = document.if_bool(); truth != nullptr && shape.kind == ShapeKind::Boolean) {
    *static_cast<bool*>(out) = *truth;
    return {};
  }
  if (!document.is_number()) return wrong(path, shape.name);
  const double real = document.is_double()  ? document.get_double()
                      : document.is_int64() ? static_cast<double>(document.get_int64())
                                            : static_cast<double>(document.get_uint64());
  switch (shape.kind) {
    case ShapeKind::Integer:
    case ShapeKind::Long:
      if (!document.is_int64()) return wrong(path, "an integer");
      *static_cast<std::int64_t*>(out) = document.get_int64();
      return {};
    case ShapeKind::Float:
    case ShapeKind::Double:
      *static_cast<double*>(out) = real;
      return {};
    case ShapeKind::Timestamp:
      if (!(std::abs(real) < 9e15)) return wrong(path, "a timestamp");
      *static_cast<Instant*>(out) = instant_from_ms(std::llround(real * 1000));
      return {};
    default:
      return wrong(path, "a string");
  }
}

Result<> read(const Shape& shape, const json::value& document, void* out, bool strict, const Path* path) {
  switch (shape.kind) {
    case ShapeKind::Structure: {
      const json::object* object = document.if_object();
      if (object == nullptr) return wrong(path, "an object");
      return read_members(shape, *object, out, strict, path);
    }
    case ShapeKind::List: {
      const json::array* array = document.if_array();
      if (array == nullptr) return wrong(path, "an array");
      std::size_t index = 0;
      for (const json::value& element : *array) {
        const Path here{path, {}, index++, Path::Step::Element};
        TRY(read(*shape.element, element, shape.list->append(out), strict, &here));
      }
      return {};
    }
    case ShapeKind::Map: {
      const json::object* object = document.if_object();
      if (object == nullptr) return wrong(path, "an object");
      for (const auto& entry : *object) {
        const std::string_view key(entry.key().data(), entry.key().size());
        const Path here{path, key, 0, Path::Step::Entry};
        TRY(read(*shape.element, entry.value(), shape.map->insert(out, key), strict, &here));
      }
      return {};
    }
    case ShapeKind::Custom:
      return read_custom(shape, document, out, path);
    default:
      return read_scalar(shape, document, out, path);
  }
}

json::value write_custom(const Shape& shape, const void* value) {
  std::string text;
  shape.custom->to_json(value, text);
  Result<json::value> parsed = parse_json(text);
  return parsed ? *std::move(parsed) : json::value(nullptr);
}

}  // namespace

Result<> from_document(const Shape& shape, const json::value& document, void* out, bool strict) {
  return read(shape, document, out, strict, nullptr);
}

json::value to_document(const Shape& shape, const void* value) {
  switch (shape.kind) {
    case ShapeKind::String:
      return json::value(json::string(*static_cast<const std::string*>(value)));
    case ShapeKind::Blob:
      return json::value(json::string(base64(*static_cast<const std::string*>(value))));
    case ShapeKind::Boolean:
      return *static_cast<const bool*>(value);
    case ShapeKind::Integer:
    case ShapeKind::Long:
      return *static_cast<const std::int64_t*>(value);
    case ShapeKind::Float:
    case ShapeKind::Double:
      return *static_cast<const double*>(value);
    case ShapeKind::Timestamp: {
      const std::int64_t ms = epoch_ms(*static_cast<const Instant*>(value));
      return ms % 1000 == 0 ? json::value(ms / 1000) : json::value(static_cast<double>(ms) / 1000);
    }
    case ShapeKind::List: {
      json::array array;
      for (std::size_t i = 0; i < shape.list->size(value); ++i) {
        array.push_back(to_document(*shape.element, shape.list->at(value, i)));
      }
      return array;
    }
    case ShapeKind::Map: {
      std::pair<const Shape*, json::object> context{shape.element, {}};
      shape.map->each(value, &context, [](void* raw, std::string_view key, const void* entry) {
        auto& [element, object] = *static_cast<std::pair<const Shape*, json::object>*>(raw);
        object.insert_or_assign({key.data(), key.size()}, to_document(*element, entry));
      });
      return std::move(context.second);
    }
    case ShapeKind::Structure: {
      json::object object;
      for (const Member& member : shape.members) {
        const void* field = member.access.get(value);
        if (field == nullptr) continue;
        object.insert_or_assign({member.name.data(), member.name.size()}, to_document(*member.shape, field));
      }
      return object;
    }
    case ShapeKind::Custom:
      return write_custom(shape, value);
  }
  return nullptr;
}

}  // namespace orrery::wire
