// Constraints of the models, with the words of the services' common front end:
// "1 validation error detected: Value 'x' at 'tableName' failed to satisfy constraint: Member must …".
#include "wire/protocol_internal.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include <re2/re2.h>

namespace orrery::wire {
namespace {

// Compiled at the first use and kept for the life of the process: one pointer a shape, read without a lock.
const RE2& regex_of(const Shape& shape) {
  if (const void* known = shape.regex->load(std::memory_order_acquire)) return *static_cast<const RE2*>(known);
  const std::string_view text = shape.re2_pattern.empty() ? shape.pattern : shape.re2_pattern;
  RE2::Options options;
  options.set_log_errors(false);
  auto made = std::make_unique<RE2>(re2::StringPiece(text.data(), text.size()), options);
  const void* none = nullptr;
  if (shape.regex->compare_exchange_strong(none, made.get(), std::memory_order_acq_rel)) return *made.release();
  return *static_cast<const RE2*>(none);  // another thread was faster
}

bool matches(const Shape& shape, std::string_view text) {
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), regex_of(shape));
}

// Characters, not bytes, count (continuation bytes of UTF-8 do not).
std::int64_t length_of(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

// The quantity that min and max bound.
std::int64_t magnitude(const Shape& shape, const void* value) {
  switch (shape.kind) {
    case ShapeKind::String:
      return length_of(*static_cast<const std::string*>(value));
    case ShapeKind::Blob:
      return static_cast<std::int64_t>(static_cast<const std::string*>(value)->size());
    case ShapeKind::Integer:
    case ShapeKind::Long:
      return *static_cast<const std::int64_t*>(value);
    case ShapeKind::Float:
    case ShapeKind::Double:
      return static_cast<std::int64_t>(
          std::clamp(*static_cast<const double*>(value), -9e18, 9e18));  // a fraction decides nothing in these models
    case ShapeKind::List:
      return static_cast<std::int64_t>(shape.list->size(value));
    case ShapeKind::Map:
      return static_cast<std::int64_t>(shape.map->size(value));
    default:
      return 0;
  }
}

bool bounded(const Shape& shape) {
  return (shape.min != kNoMin || shape.max != kNoMax) && shape.kind != ShapeKind::Timestamp &&
         shape.kind != ShapeKind::Boolean && shape.kind != ShapeKind::Structure && shape.kind != ShapeKind::Custom;
}
// A character takes one to four bytes: nearly always their number decides, and nothing is counted.
std::int64_t bytes_of(const void* value) {
  return static_cast<std::int64_t>(static_cast<const std::string*>(value)->size());
}
bool too_small(const Shape& shape, const void* value) {
  if (shape.kind == ShapeKind::String && (bytes_of(value) + 3) / 4 >= shape.min) return false;
  return bounded(shape) && shape.min != kNoMin && magnitude(shape, value) < shape.min;
}
bool too_big(const Shape& shape, const void* value) {
  if (shape.kind == ShapeKind::String && bytes_of(value) <= shape.max) return false;
  return bounded(shape) && shape.max != kNoMax && magnitude(shape, value) > shape.max;
}
bool misspelt(const Shape& shape, const void* value) {
  return !shape.pattern.empty() && !matches(shape, *static_cast<const std::string*>(value));
}
bool not_in_set(const Shape& shape, const void* value) {
  if (shape.enum_values.empty()) return false;
  const std::string& text = *static_cast<const std::string*>(value);
  return std::find(shape.enum_values.begin(), shape.enum_values.end(), text) == shape.enum_values.end();
}
bool violates(const Shape& shape, const void* value) {
  return too_big(shape, value) || too_small(shape, value) || misspelt(shape, value) || not_in_set(shape, value);
}

std::string bound_text(const Shape& shape, std::string_view relation, std::int64_t bound) {
  const bool number = shape.kind >= ShapeKind::Integer && shape.kind <= ShapeKind::Double;
  return std::string("Member must have ") + (number ? "value " : "length ") + std::string(relation) +
         " than or equal to " + std::to_string(bound);
}
std::string max_text(const Shape& shape) { return bound_text(shape, "less", shape.max); }
std::string min_text(const Shape& shape) { return bound_text(shape, "greater", shape.min); }
std::string pattern_text(const Shape& shape) {
  return "Member must satisfy regular expression pattern: " + std::string(shape.pattern);
}
std::string enum_text(const Shape& shape) {
  std::string out = "Member must satisfy enum value set: [";
  for (const std::string_view& value : shape.enum_values) {
    if (&value != shape.enum_values.data()) out += ", ";
    out += value;
  }
  return out + "]";
}

// All constraints of what stands in a list or a map, as the services list them when one element breaks one.
std::string all_constraints(const Shape& shape) {
  std::vector<std::string> parts;
  if (bounded(shape) && shape.max != kNoMax) parts.push_back(max_text(shape));
  if (bounded(shape) && shape.min != kNoMin) parts.push_back(min_text(shape));
  if (!shape.pattern.empty()) parts.push_back(pattern_text(shape));
  if (!shape.enum_values.empty()) parts.push_back(enum_text(shape));
  std::string out = "[";
  for (const std::string& part : parts) {
    if (out.size() > 1) out += ", ";
    out += part;
  }
  return out + "]";
}

// A value as Java's toString gives it: [a, b], {k=v}, Tag(key=k, value=null).
void describe(const ServiceModel& service, const Shape& shape, const void* value, std::string& out) {
  switch (shape.kind) {
    case ShapeKind::List:
      out += '[';
      for (std::size_t i = 0; i < shape.list->size(value); ++i) {
        if (i != 0) out += ", ";
        describe(service, *shape.element, shape.list->at(value, i), out);
      }
      out += ']';
      return;
    case ShapeKind::Map: {
      struct Context {
        const ServiceModel& service;
        const Shape& element;
        std::string& out;
        bool first = true;
      } context{service, *shape.element, out};
      out += '{';
      shape.map->each(value, &context, [](void* raw, std::string_view key, const void* entry) {
        auto& to = *static_cast<Context*>(raw);
        if (!to.first) to.out += ", ";
        to.first = false;
        to.out.append(key).append("=");
        describe(to.service, to.element, entry, to.out);
      });
      out += '}';
      return;
    }
    case ShapeKind::Structure: {
      out.append(shape.name).append("(");
      for (const Member& member : shape.members) {
        if (&member != shape.members.data()) out += ", ";
        const Path name{nullptr, member.name};
        out.append(text_of(&name)).append("=");
        const void* field = member.access.get(value);
        if (field == nullptr) {
          out += "null";
        } else {
          describe(service, *member.shape, field, out);
        }
      }
      out += ')';
      return;
    }
    case ShapeKind::Blob:
      out.append("java.nio.HeapByteBuffer[pos=0 lim=").append(std::to_string(magnitude(shape, value))).append("]");
      return;
    case ShapeKind::Custom:
      out += "...";
      return;
    default:
      scalar_to_text(service, shape, TimestampFormat::Iso8601, value, out);
  }
}

class Validator {
 public:
  Validator(const ServiceModel& service, std::span<const std::string> missing) : service_(service), missing_(missing) {}

  void structure(const Shape& shape, const void* value, const Path* path) {
    for (const Member& member : shape.members) {
      const Path here{path, member.name, 0, Path::Step::Member};
      if (member.required && !missing_.empty() && is_missing(&here)) {
        violations_.push_back("Value null at '" + text_of(&here) +
                              "' failed to satisfy constraint: Member must not be null");
        continue;
      }
      const void* field = member.access.get(value);
      if (field == nullptr) continue;
      own(*member.shape, field, &here);
      inside(*member.shape, field, &here);
    }
  }

  const std::vector<std::string>& violations() const { return violations_; }

 private:
  bool is_missing(const Path* path) const {
    return std::find(missing_.begin(), missing_.end(), text_of(path)) != missing_.end();
  }

  void add(const Shape& shape, const void* value, const Path* path, std::string constraint) {
    std::string text = "Value ";
    if (!shape.sensitive) {
      text += '\'';
      describe(service_, shape, value, text);
      text += "' ";
    }
    violations_.push_back(text + "at '" + text_of(path) + "' failed to satisfy constraint: " + std::move(constraint));
  }

  void own(const Shape& shape, const void* value, const Path* path) {
    if (!violates(shape, value)) return;
    if (too_big(shape, value)) add(shape, value, path, max_text(shape));
    if (too_small(shape, value)) add(shape, value, path, min_text(shape));
    if (misspelt(shape, value)) add(shape, value, path, pattern_text(shape));
    if (not_in_set(shape, value)) add(shape, value, path, enum_text(shape));
  }

  void inside(const Shape& shape, const void* value, const Path* path) {
    if (shape.kind == ShapeKind::Structure) structure(shape, value, path);
    if (shape.kind == ShapeKind::List) list(shape, value, path);
    if (shape.kind == ShapeKind::Map) map(shape, value, path);
  }

  void list(const Shape& shape, const void* value, const Path* path) {
    bool bad = false;
    for (std::size_t index = 0; index < shape.list->size(value); ++index) {
      const void* element = shape.list->at(value, index);
      bad = bad || violates(*shape.element, element);
      const Path here{path, {}, index, Path::Step::Element};
      inside(*shape.element, element, &here);
    }
    if (bad) add(shape, value, path, "Member must satisfy constraint: " + all_constraints(*shape.element));
  }

  void map(const Shape& shape, const void* value, const Path* path) {
    struct Context {
      Validator& validator;
      const Shape& shape;
      const Path* path;
      bool bad_key = false;
      bool bad_value = false;
    } context{*this, shape, path};
    shape.map->each(value, &context, [](void* raw, std::string_view key, const void* entry) {
      auto& to = *static_cast<Context*>(raw);
      to.bad_key = to.bad_key || to.validator.bad_key(*to.shape.key, key);
      to.bad_value = to.bad_value || violates(*to.shape.element, entry);
      const Path here{to.path, key, 0, Path::Step::Entry};
      to.validator.inside(*to.shape.element, entry, &here);
    });
    if (context.bad_key) add(shape, value, path, "Map keys must satisfy constraint: " + all_constraints(*shape.key));
    if (context.bad_value) {
      add(shape, value, path, "Map value must satisfy constraint: " + all_constraints(*shape.element));
    }
  }

  bool bad_key(const Shape& shape, std::string_view key) const {
    if (shape.min == kNoMin && shape.max == kNoMax && shape.pattern.empty() && shape.enum_values.empty()) return false;
    const std::string text(key);
    return violates(shape, &text);
  }

  const ServiceModel& service_;
  std::span<const std::string> missing_;
  std::vector<std::string> violations_;
};

// Lambda checks runtimes itself, since layers of its own may add some; hence other words than the front end's.
std::optional<Error> lambda_runtime(const ServiceModel& service, const Shape& shape, const void* input) {
  if (service.id != "lambda") return std::nullopt;
  for (const Member& member : shape.members) {
    if (member.name != "Runtime" || member.location != Location::Body) continue;
    const void* value = member.access.get(input);
    if (value == nullptr || !not_in_set(*member.shape, value)) return std::nullopt;
    return api_error("InvalidParameterValueException", "Value " + *static_cast<const std::string*>(value) +
                                                           " at 'runtime' failed to satisfy constraint: " +
                                                           enum_text(*member.shape) + " or be a valid ARN");
  }
  return std::nullopt;
}

// "metricData.1.member.value" as the query protocol has it: "MetricData.member.1.Value".
std::string query_path(std::string_view path) {
  std::string out;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t dot = std::min(path.find('.', at), path.size());
    const std::string_view part = path.substr(at, dot - at);
    if (!out.empty()) out += '.';
    if (!part.empty() && part.front() >= '0' && part.front() <= '9') {
      out.append("member.").append(part);
      at = std::min(path.find('.', dot + 1), path.size()) + 1;  // past the "member" that follows
      continue;
    }
    out += part;
    char& first = out[out.size() - part.size()];
    if (first >= 'a' && first <= 'z') first = static_cast<char>(first - 32);
    at = dot + 1;
  }
  return out;
}

// CloudWatch's own check comes before the common one, in the words of its query protocol.
std::optional<Error> cloudwatch_missing(const ServiceModel& service, std::span<const std::string> missing) {
  if (service.id != "cloudwatch" || missing.empty()) return std::nullopt;
  std::string message;
  for (const std::string& path : missing) {
    if (!message.empty()) message += '\n';
    message.append("The parameter ").append(query_path(path)).append(" is required.");
  }
  return api_error("MissingParameter", std::move(message));
}

// SQS has no such front end either, but for what is required.
Result<> sqs_missing(std::span<const std::string> missing) {
  if (missing.empty()) return {};
  std::string name = missing.front();
  if (name.front() >= 'a' && name.front() <= 'z') name.front() = static_cast<char>(name.front() - 32);
  return fail(api_error("MissingParameter", "The request must contain the parameter " + name + "."));
}

std::string_view code_of(const ServiceModel& service) {
  if (service.id == "cloudwatch") return "ValidationError";
  if (service.protocol == Protocol::Query) return "ValidationError";
  if (service.id == "logs") return "InvalidParameterException";  // CloudWatch Logs' name for it
  return "ValidationException";
}

}  // namespace

Result<> validate(const ServiceModel& service, const Shape& shape, const void* input,
                  std::span<const std::string> missing) {
  // S3 has no such front end: its XML is checked against a schema, everything else by the operations themselves.
  if (service.protocol == Protocol::RestXml) {
    if (!missing.empty()) return fail(unreadable(service, {}));
    return {};
  }
  if (service.id == "sqs") return sqs_missing(missing);
  if (std::optional<Error> error = cloudwatch_missing(service, missing)) return fail(*std::move(error));
  Validator validator(service, missing);
  validator.structure(shape, input, nullptr);
  const std::vector<std::string>& found = validator.violations();
  if (found.empty()) return {};
  if (found.size() == 1) {
    if (std::optional<Error> error = lambda_runtime(service, shape, input)) return fail(*std::move(error));
  }
  std::string message = std::to_string(found.size()) +
                        (found.size() == 1 ? " validation error detected: " : " validation errors detected: ");
  for (const std::string& one : found) {
    if (&one != found.data()) message += "; ";
    message += one;
  }
  return fail(api_error(code_of(service), std::move(message)));
}

Result<> validate(const ServiceModel& service, const Shape& shape, const void* input) {
  return validate(service, shape, input, {});
}

bool pattern_compiles(const Shape& shape) { return shape.pattern.empty() || regex_of(shape).ok(); }

}  // namespace orrery::wire
