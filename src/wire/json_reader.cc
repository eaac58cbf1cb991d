// JSON requests, read in one pass by simdjson on demand straight into the generated structs. Unknown members are
// skipped, as AWS does; null is the same as absent.
#include "base/encode.h"
#include "wire/custom.h"
#include "wire/protocol_internal.h"

#include <cmath>
#include <limits>

#include <simdjson.h>

namespace orrery::wire {
namespace {

namespace od = simdjson::ondemand;

// Java's names of the target types, as the services' messages give them.
std::string_view java_type(ShapeKind kind) {
  switch (kind) {
    case ShapeKind::Boolean:
      return "Boolean";
    case ShapeKind::Integer:
      return "Integer";
    case ShapeKind::Long:
      return "Long";
    case ShapeKind::Float:
      return "Float";
    case ShapeKind::Double:
      return "Double";
    case ShapeKind::Timestamp:
      return "Date";
    default:
      return "String";
  }
}

struct Found {
  od::json_type type;
  std::string_view token;  // "STRING_VALUE"; empty for arrays and objects
};

Found look(od::value& value) {
  od::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return {od::json_type::null, ""};
  switch (type) {
    case od::json_type::string:
      return {type, "STRING_VALUE"};
    case od::json_type::boolean: {
      bool truth = false;
      const bool read = value.get_bool().get(truth) == simdjson::SUCCESS;
      return {type, read && truth ? "TRUE_VALUE" : "FALSE_VALUE"};
    }
    case od::json_type::number: {
      const std::string_view raw = value.raw_json_token();
      return {type, raw.find_first_of(".eE") == std::string_view::npos ? "NUMBER_VALUE" : "DECIMAL_VALUE"};
    }
    default:
      return {type, ""};
  }
}

// DynamoDB's front end words a wrong type in its own way (seen in its replies; Dynalite's tests list them).
std::string dynamodb_wording(const Shape& shape, const Found& found) {
  const bool scalar = is_scalar(shape);
  if (found.type == od::json_type::object) return "Start of structure or map found where not expected";
  if (found.type == od::json_type::array) {
    if (shape.kind == ShapeKind::Blob) return "Unrecognized collection type class java.nio.ByteBuffer";
    if (scalar) return "Unrecognized collection type class java.lang." + std::string(java_type(shape.kind));
    if (shape.kind != ShapeKind::Map) {
      return "Unrecognized collection type class com.amazonaws.dynamodb.v20120810." + std::string(shape.name);
    }
    const std::string_view value = shape.element->name;
    return "Unrecognized collection type java.util.Map<java.lang.String, " +
           (is_scalar(*shape.element) ? "java.lang." + std::string(java_type(shape.element->kind))
                                      : "com.amazonaws.dynamodb.v20120810." + std::string(value)) +
           ">";
  }
  if (!scalar) return "Unexpected field type";
  if (shape.kind == ShapeKind::Blob) return "only base-64-encoded strings are convertible to bytes";
  if (shape.kind == ShapeKind::Boolean && found.type == od::json_type::string) {
    return "Unexpected token received from parser";
  }
  return std::string(found.token) + " cannot be converted to " + std::string(java_type(shape.kind));
}

std::string common_wording(const Shape& shape, const Found& found) {
  if (found.type == od::json_type::object) return "Start of structure or map found where not expected.";
  if (found.type == od::json_type::array) return "Start of list found where not expected";
  if (!is_scalar(shape)) return "Unexpected field type";
  const std::string_view token = found.token == "DECIMAL_VALUE" ? "NUMBER_VALUE" : found.token;
  const std::string_view article = shape.kind == ShapeKind::Integer ? " an " : " a ";
  return std::string(token) + " can not be converted to" + std::string(article) + std::string(java_type(shape.kind));
}

class Reader {
 public:
  explicit Reader(ReadContext& context) : context_(context) {}

  Result<> members(const Shape& shape, od::object& object, void* out, Seen& seen, const Path* path) {
    const std::span<const Member> all = shape.members;
    std::size_t guess = 0;  // clients mostly send members in one order; start looking after the last one found
    for (auto entry : object) {
      od::field field;
      if (std::move(entry).get(field) != simdjson::SUCCESS) return malformed();
      std::string_view key;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) return malformed();
      const std::size_t index = find(all, key, guess);
      // A name given twice: the first one holds.
      if (index == all.size() || seen.has(index)) continue;  // skipped by the iterator
      guess = index + 1;
      od::value value = field.value();
      if (is_null(value)) continue;
      seen.add(index);
      const Member& member = all[index];
      const Path here{path, member.name, 0, Path::Step::Member};
      TRY(read(*member.shape, member.timestamp_format, value, member.access.emplace(out), &here));
    }
    return {};
  }

  Failure malformed() const { return fail(unreadable(context_.service, "")); }

 private:
  static std::size_t find(std::span<const Member> all, std::string_view key, std::size_t guess) {
    for (std::size_t step = 0; step < all.size(); ++step) {
      const std::size_t index = guess + step < all.size() ? guess + step : guess + step - all.size();
      if (all[index].location == Location::Body && all[index].location_name == key) return index;
    }
    return all.size();
  }

  static bool is_null(od::value& value) {
    bool null = false;
    return value.is_null().get(null) == simdjson::SUCCESS && null;
  }

  Failure wrong_type(const Shape& shape, od::value& value) const {
    const Found found = look(value);
    if (found.type == od::json_type::null) return malformed();
    return fail(unreadable(context_.service, context_.service.id == "dynamodb" ? dynamodb_wording(shape, found)
                                                                               : common_wording(shape, found)));
  }

  Result<> read(const Shape& shape, TimestampFormat format, od::value& value, void* out, const Path* path) {
    switch (shape.kind) {
      case ShapeKind::String: {
        std::string_view text;
        if (value.get_string().get(text) != simdjson::SUCCESS) return wrong_type(shape, value);
        static_cast<std::string*>(out)->assign(text);
        return {};
      }
      case ShapeKind::Boolean:
        if (value.get_bool().get(*static_cast<bool*>(out)) != simdjson::SUCCESS) return wrong_type(shape, value);
        return {};
      case ShapeKind::Integer:
      case ShapeKind::Long:
        return integer(shape, value, *static_cast<std::int64_t*>(out));
      case ShapeKind::Float:
      case ShapeKind::Double:
        return real(shape, value, *static_cast<double*>(out));
      case ShapeKind::Timestamp:
        return timestamp(shape, format, value, *static_cast<Instant*>(out));
      case ShapeKind::Blob:
        return blob(shape, value, *static_cast<std::string*>(out));
      case ShapeKind::List:
        return list(shape, value, out, path);
      case ShapeKind::Map:
        return map(shape, value, out, path);
      case ShapeKind::Structure: {
        od::object object;
        if (value.get_object().get(object) != simdjson::SUCCESS) return wrong_type(shape, value);
        Seen seen;
        TRY(members(shape, object, out, seen, path));
        note_missing(context_, shape, seen, path);
        return {};
      }
      case ShapeKind::Custom:
        return shape.custom->from_json(value, out);
    }
    return {};
  }

  Result<> integer(const Shape& shape, od::value& value, std::int64_t& out) const {
    if (value.get_int64().get(out) == simdjson::SUCCESS) return {};
    double real = 0;  // 5.0 and 5.7 are read as 5: the services cut the fraction off
    if (value.get_double().get(real) != simdjson::SUCCESS) return wrong_type(shape, value);
    if (!(std::abs(real) < 9.2e18)) return malformed();
    out = static_cast<std::int64_t>(real);
    return {};
  }

  // The JSON forms of what a number cannot be: Smithy's awsJson protocol, "Float and double".
  Result<> real(const Shape& shape, od::value& value, double& out) const {
    if (value.get_double().get(out) == simdjson::SUCCESS) return {};
    std::string_view text;
    if (value.get_string().get(text) == simdjson::SUCCESS) {
      constexpr double kInfinity = std::numeric_limits<double>::infinity();
      if (text == "NaN") return out = std::numeric_limits<double>::quiet_NaN(), Result<>();
      if (text == "Infinity") return out = kInfinity, Result<>();
      if (text == "-Infinity") return out = -kInfinity, Result<>();
    }
    return wrong_type(shape, value);
  }

  Result<> timestamp(const Shape& shape, TimestampFormat format, od::value& value, Instant& out) const {
    double seconds = 0;
    if (value.get_double().get(seconds) == simdjson::SUCCESS) {
      if (!(std::abs(seconds) < 9e15)) return malformed();
      out = instant_from_ms(std::llround(seconds * 1000));
      return {};
    }
    std::string_view text;
    if (format == TimestampFormat::Default || value.get_string().get(text) != simdjson::SUCCESS) {
      return wrong_type(shape, value);
    }
    return scalar_from_text(shape, format, text, &out) ? Result<>() : Result<>(malformed());
  }

  Result<> blob(const Shape& shape, od::value& value, std::string& out) const {
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) return wrong_type(shape, value);
    std::optional<std::string> bytes = unbase64(text);
    if (!bytes) {
      return fail(unreadable(
          context_.service,
          text.size() % 4 != 0
              ? "Base64 encoded length is expected a multiple of 4 bytes but found: " + std::to_string(text.size())
              : "Invalid last non-pad Base64 character dectected"));  // AWS's typo
    }
    out = std::move(*bytes);
    return {};
  }

  Result<> list(const Shape& shape, od::value& value, void* out, const Path* path) {
    od::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return wrong_type(shape, value);
    std::size_t index = 0;
    for (auto entry : array) {
      if (entry.error() != simdjson::SUCCESS) return malformed();
      od::value element = entry.value_unsafe();
      if (is_null(element)) continue;
      const Path here{path, {}, index++, Path::Step::Element};
      TRY(read(*shape.element, TimestampFormat::Default, element, shape.list->append(out), &here));
    }
    return {};
  }

  Result<> map(const Shape& shape, od::value& value, void* out, const Path* path) {
    od::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return wrong_type(shape, value);
    for (auto entry : object) {
      od::field field;
      if (std::move(entry).get(field) != simdjson::SUCCESS) return malformed();
      std::string_view key;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) return malformed();
      const std::string name(key);  // the value's strings may not outlive it otherwise
      od::value element = field.value();
      if (is_null(element)) continue;
      const Path here{path, name, 0, Path::Step::Entry};
      const std::size_t before = shape.map->size(out);
      void* slot = shape.map->insert(out, name);
      if (shape.map->size(out) == before) continue;  // given twice: the first one holds
      TRY(read(*shape.element, TimestampFormat::Default, element, slot, &here));
    }
    return {};
  }

  ReadContext& context_;
};

}  // namespace

Result<> read_json(ReadContext& context, const Shape& shape, std::string_view text, void* out, Seen& seen,
                   const Path* path) {
  thread_local od::parser parser;
  Reader reader(context);
  od::document document;
  const simdjson::padded_string_view padded(text, text.size() + kBodyPadding);
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return reader.malformed();
  od::object object;
  if (document.get_object().get(object) != simdjson::SUCCESS) return reader.malformed();
  TRY(reader.members(shape, object, out, seen, path));
  const char* location = nullptr;  // nothing may follow the object
  if (document.current_location().get(location) != simdjson::OUT_OF_BOUNDS) return reader.malformed();
  return {};
}

}  // namespace orrery::wire
