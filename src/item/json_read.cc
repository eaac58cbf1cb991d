#include "item/json_read.h"

#include "base/encode.h"

#include <algorithm>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace orrery::item::internal {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::string_view kInvalidPrefix = "One or more parameter values were invalid: ";
constexpr std::string_view kStructure = "Start of structure or map found where not expected";

// The length of the string up to its closing quote; npos when an escape comes first. May read 15 bytes beyond `limit`,
// which simdjson's padding allows.
std::size_t plain_length(const char* text, std::size_t limit) {
  std::size_t i = 0;
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i escape = _mm_set1_epi8('\\');
  for (; i < limit; i += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + i));
    const __m128i either = _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, escape));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(either));
    if (mask == 0) continue;
    i += static_cast<std::size_t>(__builtin_ctz(mask));
    return i < limit && text[i] == '"' ? i : std::string_view::npos;
  }
#else
  for (; i < limit; ++i) {
    if (text[i] == '"') return i;
    if (text[i] == '\\') break;
  }
#endif
  return std::string_view::npos;
}

// A member's name. Stage one of the parser has seen to it that the string ends.
bool name_of_field(ondemand::field& field, std::string_view& out) {
  const char* raw = field.key().raw();
  const std::size_t length = plain_length(raw, std::size_t{1} << 32);
  if (length != std::string_view::npos) {
    out = {raw, length};
    return true;
  }
  return field.unescaped_key().get(out) == simdjson::SUCCESS;
}

bool type_named(std::string_view name, Type& out) {
  switch (name.size()) {
    case 1:
      switch (name[0]) {
        case 'S':
          return out = Type::S, true;
        case 'N':
          return out = Type::N, true;
        case 'B':
          return out = Type::B, true;
        case 'M':
          return out = Type::M, true;
        case 'L':
          return out = Type::L, true;
        default:
          return false;
      }
    case 2:
      if (name[1] != 'S') return false;
      switch (name[0]) {
        case 'S':
          return out = Type::SS, true;
        case 'N':
          return out = Type::NS, true;
        case 'B':
          return out = Type::BS, true;
        default:
          return false;
      }
    case 4:
      if (name == "BOOL") return out = Type::BOOL, true;
      if (name == "NULL") return out = Type::NULL_, true;
      return false;
    default:
      return false;
  }
}

// What JSON type a value is, by its first character.
char first_of(ondemand::value& json) { return json.raw_json_token().front(); }
bool is_null(ondemand::value& json) { return json.raw_json_token().starts_with("null"); }

std::uint64_t prefix_of(std::string_view name) {
  std::uint64_t prefix = 0;
  std::memcpy(&prefix, name.data(), std::min<std::size_t>(name.size(), 8));
  return __builtin_bswap64(prefix);
}

// "[a, b]", as the service prints a Java collection.
std::string print(const std::vector<std::string>& members) {
  std::string out = "[";
  for (const std::string& member : members) {
    if (out.size() > 1) out += ", ";
    out += member;
  }
  return out + "]";
}

}  // namespace

std::string_view JsonReader::Entry::name(const char* base) const {
  std::string_view rest(base + start, end - start);
  return take_bytes(rest);
}

Result<> JsonReader::read_value(Json json) {
  entries_.clear();
  if (!value(json, 1)) return fail(std::move(error_));
  return {};
}

Result<> JsonReader::read_item(Json json) {
  entries_.clear();
  sink_.put(ItemView::kVersion);
  if (!map(json, 1)) return fail(std::move(error_));
  return {};
}

bool JsonReader::invalid(std::string message) {
  error_ = api_error("ValidationException", std::move(message));
  return false;
}

bool JsonReader::unreadable(std::string message) {
  error_ = api_error("SerializationException", std::move(message));
  return false;
}

bool JsonReader::malformed(simdjson::error_code error) { return unreadable(simdjson::error_message(error)); }

bool JsonReader::empty() {
  return invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
}

bool JsonReader::wrong_scalar(Json json, std::string_view wanted) {
  const std::string_view token = json.raw_json_token();
  const std::string suffix = "_VALUE cannot be converted to " + std::string(wanted);
  switch (token.front()) {
    case '{':
      return unreadable(std::string(kStructure));
    case '[':
      return unreadable("Unrecognized collection type class java.lang." + std::string(wanted));
    case '"':
      return unreadable("Unexpected token received from parser");
    case 't':
      return unreadable("TRUE" + suffix);
    case 'f':
      return unreadable("FALSE" + suffix);
    default:
      return unreadable((token.find_first_of(".eE") != token.npos ? "DECIMAL" : "NUMBER") + suffix);
  }
}

bool JsonReader::wrong_blob(Json json) {
  switch (first_of(json)) {
    case '{':
      return unreadable(std::string(kStructure));
    case '[':
      return unreadable("Unrecognized collection type class java.nio.ByteBuffer");
    default:
      return unreadable("only base-64-encoded strings are convertible to bytes");
  }
}

bool JsonReader::wrong_collection(Json json, std::string_view scalar_message, std::string_view java_type) {
  switch (first_of(json)) {
    case '{':
      return unreadable(std::string(kStructure));
    case '[':
      return unreadable("Unrecognized collection type " + std::string(java_type));
    default:
      return unreadable(std::string(scalar_message));
  }
}

// {"S": "text"}: one member, named after its type. Members of other names, and nulls, count as absent.
bool JsonReader::value(Json json, int depth) {
  if (depth > kMaxDepth) {
    error_ = nesting_error();
    return false;
  }
  if (first_of(json) != '{') {
    if (is_null(json)) return empty();
    return wrong_collection(json, "Unexpected value type in payload",
                            "class com.amazonaws.dynamodb.v20120810.AttributeValue");
  }
  ondemand::object object;
  if (const auto error = json.get_object().get(object)) return malformed(error);
  const std::size_t start = sink_.size();
  int seen = 0;
  for (auto each : object) {
    ondemand::field field;
    if (const auto error = std::move(each).get(field)) return malformed(error);
    std::string_view name;
    if (!name_of_field(field, name)) return malformed(simdjson::STRING_ERROR);
    Type type{};
    if (!type_named(name, type) || is_null(field.value())) continue;
    if (++seen > 1) sink_.truncate(start);  // read all the same: what is wrong with it comes first
    if (!typed(type, field.value(), depth)) return false;
  }
  if (seen == 0) return empty();
  if (seen > 1) {
    return invalid(
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes");
  }
  return true;
}

bool JsonReader::typed(Type type, Json json, int depth) {
  switch (type) {
    case Type::S: {
      std::string_view read;
      if (!text(json, read)) return false;
      sink_.put(Tag::S);
      sink_.put_bytes(read);
      return true;
    }
    case Type::N:
      return number(json);
    case Type::B:
      return binary(json);
    case Type::BOOL: {
      bool read = false;
      if (!boolean(json, read)) return false;
      sink_.put(read ? Tag::True : Tag::False);
      return true;
    }
    case Type::NULL_: {
      bool read = false;
      if (!boolean(json, read)) return false;
      if (!read) {
        return invalid(std::string(kInvalidPrefix) + "Null attribute value types must have the value of true");
      }
      sink_.put(Tag::Null);
      return true;
    }
    case Type::M: {
      sink_.put(Tag::M);
      const std::size_t opened = sink_.open();
      if (!map(json, depth + 1)) return false;
      sink_.close(opened);
      return true;
    }
    case Type::L:
      return list(json, depth);
    case Type::SS:
      return string_set(json);
    case Type::NS:
      return number_set(json);
    case Type::BS:
      return binary_set(json);
  }
  return false;
}

// The entries of an item (depth 1) or of an M; `depth` is that of their values.
bool JsonReader::map(Json json, int depth) {
  if (first_of(json) != '{') {
    return wrong_collection(json, "Unexpected field type",
                            "java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>");
  }
  ondemand::object object;
  if (const auto error = json.get_object().get(object)) return malformed(error);
  const std::size_t first = entries_.size();
  for (auto each : object) {
    ondemand::field field;
    if (const auto error = std::move(each).get(field)) return malformed(error);
    if (!entry(field, depth)) return false;
  }
  sort_entries(first);
  entries_.resize(first);
  return true;
}

bool JsonReader::entry(ondemand::field& field, int depth) {
  std::string_view name;
  if (!name_of_field(field, name)) return malformed(simdjson::STRING_ERROR);
  if (name.empty()) return invalid("Empty attribute name");
  if (name.size() > 65535) return invalid("Attribute name is too large, must be less than 65536 bytes");
  const std::size_t start = sink_.size();
  const std::uint64_t prefix = prefix_of(name);
  sink_.put_bytes(name);
  if (!value(field.value(), depth)) return false;
  entries_.push_back({prefix, start, sink_.size()});
  return true;
}

// Puts the entries from `first` on, which end the sink, into the order of their names; of equal names the last stays.
void JsonReader::sort_entries(std::size_t first) {
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end = entries_.end();
  const auto before = [this](const Entry& a, const Entry& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    const int order = a.name(sink_.data()).compare(b.name(sink_.data()));
    return order != 0 ? order < 0 : a.start < b.start;
  };
  const auto same_name = [](const Entry& a, const Entry& b, const char* base) {
    return a.prefix == b.prefix && a.name(base) == b.name(base);
  };
  const auto out_of_order = [&](const Entry& a, const Entry& b) {
    return !before(a, b) || same_name(a, b, sink_.data());
  };
  if (std::adjacent_find(begin, end, out_of_order) == end) return;

  const std::size_t start = begin->start;
  std::sort(begin, end, before);
  scratch_.clear();
  scratch_.put(sink_.since(start));
  sink_.truncate(start);
  const char* base = scratch_.data() - start;
  for (auto it = begin; it != end; ++it) {
    if (it + 1 != end && same_name(*it, *(it + 1), base)) continue;
    sink_.put(std::string_view(base + it->start, it->end - it->start));
  }
}

bool JsonReader::list(Json json, int depth) {
  if (first_of(json) != '[') {
    return wrong_collection(json, "Unexpected field type", "");
  }
  ondemand::array array;
  if (const auto error = json.get_array().get(array)) return malformed(error);
  sink_.put(Tag::L);
  const std::size_t opened = sink_.open();
  for (auto each : array) {
    Json element;
    if (const auto error = std::move(each).get(element)) return malformed(error);
    if (!value(element, depth + 1)) return false;
  }
  sink_.close(opened);
  return true;
}

bool JsonReader::text(Json json, std::string_view& out) {
  const std::string_view token = json.raw_json_token();
  if (token.front() != '"') return wrong_scalar(json, "String");
  const std::size_t length = plain_length(token.data() + 1, token.size() - 1);
  if (length == std::string_view::npos) {
    if (const auto error = json.get_string().get(out)) return malformed(error);
    return true;
  }
  ondemand::raw_json_string consumed;
  if (const auto error = json.get_raw_json_string().get(consumed)) return malformed(error);
  out = token.substr(1, length);
  return true;
}

bool JsonReader::number(Json json) {
  std::string_view read;
  if (!text(json, read)) return false;
  number_.clear();
  if (Result<> done = append_canonical_number(read, number_); !done) {
    error_ = std::move(done).error();
    return false;
  }
  sink_.put(Tag::N);
  sink_.put_bytes(number_);
  return true;
}

bool JsonReader::boolean(Json json, bool& out) {
  const char first = first_of(json);
  if (first != 't' && first != 'f') return wrong_scalar(json, "Boolean");
  if (const auto error = json.get_bool().get(out)) return malformed(error);
  return true;
}

// RFC 4648 section 4, padded, the unused bits of the last character zero.
bool JsonReader::unbase64_into(std::string_view encoded, std::string& out) {
  if (encoded.size() % 4 != 0) {
    return unreadable("Base64 encoded length is expected a multiple of 4 bytes but found: " +
                      std::to_string(encoded.size()));
  }
  std::optional<std::string> decoded = unbase64(encoded);
  const auto strict = [&] {
    if (!encoded.ends_with('=')) return true;
    const std::size_t whole = encoded.size() / 4 * 3 - 3;
    return base64(std::string_view(*decoded).substr(whole)) == encoded.substr(encoded.size() - 4);
  };
  if (!decoded || !strict()) return unreadable("Invalid last non-pad Base64 character dectected");  // their spelling
  out = *std::move(decoded);
  return true;
}

bool JsonReader::binary(Json json) {
  if (first_of(json) != '"') return wrong_blob(json);
  std::string_view encoded;
  std::string bytes;
  if (!text(json, encoded) || !unbase64_into(encoded, bytes)) return false;
  sink_.put(Tag::B);
  sink_.put_bytes(bytes);
  return true;
}

bool JsonReader::members(Json json, std::string_view null_member, std::vector<std::string>& out) {
  if (first_of(json) != '[') return wrong_collection(json, "Unexpected field type", "");
  ondemand::array array;
  if (const auto error = json.get_array().get(array)) return malformed(error);
  for (auto each : array) {
    Json element;
    if (const auto error = std::move(each).get(element)) return malformed(error);
    if (is_null(element)) return invalid(std::string(kInvalidPrefix).append(null_member));
    std::string_view member;
    if (!text(element, member)) return false;
    out.emplace_back(member);
  }
  return true;
}

void JsonReader::put_set(Tag tag, const std::vector<std::string>& sorted) {
  sink_.put(tag);
  const std::size_t opened = sink_.open();
  for (const std::string& member : sorted) sink_.put_bytes(member);
  sink_.close(opened);
}

bool JsonReader::string_set(Json json) {
  std::vector<std::string> read;
  if (!members(json, "An string set may not have a null string as a member", read)) return false;
  if (read.empty()) return invalid(std::string(kInvalidPrefix) + "An string set  may not be empty");
  std::vector<std::string> sorted = read;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    return invalid(std::string(kInvalidPrefix) + "Input collection " + print(read) + " contains duplicates.");
  }
  put_set(Tag::SS, sorted);
  return true;
}

bool JsonReader::number_set(Json json) {
  std::vector<std::string> read;
  if (!members(json, "An number set may not have a null string as a member", read)) return false;
  if (read.empty()) return invalid(std::string(kInvalidPrefix) + "An number set  may not be empty");
  std::vector<Decimal> sorted;
  sorted.reserve(read.size());
  for (const std::string& member : read) {
    Result<Decimal> number = Decimal::parse(member);
    if (!number) {
      error_ = std::move(number).error();
      return false;
    }
    sorted.push_back(*number);
  }
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    return invalid("Input collection contains duplicates");
  }
  sink_.put(Tag::NS);
  const std::size_t opened = sink_.open();
  for (const Decimal& number : sorted) put_number(sink_, number);
  sink_.close(opened);
  return true;
}

bool JsonReader::binary_set(Json json) {
  std::vector<std::string> read;
  if (first_of(json) == '[') {
    if (!members(json, "Binary sets may not contain null or empty values", read)) return false;
  } else {
    return wrong_collection(json, "Unexpected field type", "");
  }
  if (read.empty()) return invalid(std::string(kInvalidPrefix) + "Binary sets should not be empty");
  std::vector<std::string> sorted(read.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    if (!unbase64_into(read[i], sorted[i])) return false;
  }
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    return invalid(std::string(kInvalidPrefix) + "Input collection " + print(read) + "of type BS contains duplicates.");
  }
  put_set(Tag::BS, sorted);
  return true;
}

}  // namespace orrery::item::internal
