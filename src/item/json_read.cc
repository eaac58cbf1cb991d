#include "item/json_read.h"

#include "base/encode.h"

#include <algorithm>

namespace orrery::item::internal {
namespace {

constexpr std::string_view kInvalidPrefix = "One or more parameter values were invalid: ";
constexpr std::string_view kStructure = "Start of structure or map found where not expected";

constexpr int kMaxSkippedDepth = 128;  // of members whose name is no data type

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

// `name` has 16 readable bytes behind its end.
std::uint64_t prefix_of(std::string_view name) {
  std::uint64_t prefix = 0;
  std::memcpy(&prefix, name.data(), 8);
  prefix = __builtin_bswap64(prefix);
  return name.size() < 8 ? prefix & ~(~std::uint64_t{0} >> (8 * name.size())) : prefix;
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

Result<> JsonReader::read_value(std::string_view text) {
  json_.reset(text);
  entries_.clear();
  if (!value(1)) return fail(std::move(error_));
  return {};
}

Result<> JsonReader::read_item(std::string_view text) {
  json_.reset(text);
  entries_.clear();
  sink_.put(ItemView::kVersion);
  if (!map(1)) return fail(std::move(error_));
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

bool JsonReader::malformed() { return unreadable("The JSON is malformed"); }

bool JsonReader::empty() {
  return invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
}

bool JsonReader::wrong_scalar(std::string_view wanted) {
  const std::string_view token = json_.token();
  if (token.empty()) return malformed();
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

bool JsonReader::wrong_blob() {
  switch (json_.peek()) {
    case '{':
      return unreadable(std::string(kStructure));
    case '[':
      return unreadable("Unrecognized collection type class java.nio.ByteBuffer");
    default:
      return unreadable("only base-64-encoded strings are convertible to bytes");
  }
}

bool JsonReader::wrong_collection(std::string_view scalar_message, std::string_view java_type) {
  switch (json_.peek()) {
    case '{':
      return unreadable(std::string(kStructure));
    case '[':
      return unreadable("Unrecognized collection type " + std::string(java_type));
    default:
      return unreadable(std::string(scalar_message));
  }
}

// {"S": "text"}: one member, named after its type. Members of other names, and nulls, count as absent.
bool JsonReader::value(int depth) {
  if (depth > kMaxDepth) {
    error_ = nesting_error();
    return false;
  }
  if (!json_.take('{')) {
    if (json_.literal("null")) return empty();
    return wrong_collection("Unexpected value type in payload",
                            "class com.amazonaws.dynamodb.v20120810.AttributeValue");
  }
  if (json_.take('}')) return empty();
  const std::size_t start = sink_.size();
  int seen = 0;
  do {
    std::string_view name;
    Type type{};
    if (!json_.string(name)) return malformed();
    const bool known = type_named(name, type);
    if (!json_.take(':')) return malformed();
    if (!known) {
      if (!json_.skip(kMaxSkippedDepth)) return malformed();
      continue;
    }
    if (json_.peek() == 'n' && json_.literal("null")) continue;
    if (++seen > 1) sink_.truncate(start);  // read all the same: what is wrong with it comes first
    if (!typed(type, depth)) return false;
  } while (json_.take(','));
  if (!json_.take('}')) return malformed();
  if (seen == 0) return empty();
  if (seen > 1) {
    return invalid(
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes");
  }
  return true;
}

bool JsonReader::typed(Type type, int depth) {
  switch (type) {
    case Type::S: {
      std::string_view read;
      if (!text(read)) return false;
      sink_.put(Tag::S);
      sink_.put_padded_bytes(read);
      return true;
    }
    case Type::N:
      return number();
    case Type::B:
      return binary();
    case Type::BOOL: {
      bool read = false;
      if (!boolean(read)) return false;
      sink_.put(read ? Tag::True : Tag::False);
      return true;
    }
    case Type::NULL_: {
      bool read = false;
      if (!boolean(read)) return false;
      if (!read) {
        return invalid(std::string(kInvalidPrefix) + "Null attribute value types must have the value of true");
      }
      sink_.put(Tag::Null);
      return true;
    }
    case Type::M: {
      sink_.put(Tag::M);
      const std::size_t opened = sink_.open();
      if (!map(depth + 1)) return false;
      sink_.close(opened);
      return true;
    }
    case Type::L:
      return list(depth);
    case Type::SS:
      return string_set();
    case Type::NS:
      return number_set();
    case Type::BS:
      return binary_set();
  }
  return false;
}

// The entries of an item (depth 1) or of an M; `depth` is that of their values.
bool JsonReader::map(int depth) {
  if (!json_.take('{')) {
    return wrong_collection("Unexpected field type",
                            "java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>");
  }
  if (json_.take('}')) return true;
  const std::size_t first = entries_.size();
  do {
    if (!entry(depth)) return false;
  } while (json_.take(','));
  if (!json_.take('}')) return malformed();
  sort_entries(first);
  entries_.resize(first);
  return true;
}

bool JsonReader::entry(int depth) {
  std::string_view name;
  if (!json_.string(name)) return malformed();
  if (name.empty()) return invalid("Empty attribute name");
  if (name.size() > 65535) return invalid("Attribute name is too large, must be less than 65536 bytes");
  const std::size_t start = sink_.size();
  const std::uint64_t prefix = prefix_of(name);
  sink_.put_padded_bytes(name);
  if (!json_.take(':')) return malformed();
  if (!value(depth)) return false;
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

bool JsonReader::list(int depth) {
  if (!json_.take('[')) return wrong_collection("Unexpected field type", "");
  sink_.put(Tag::L);
  const std::size_t opened = sink_.open();
  if (!json_.take(']')) {
    do {
      if (!value(depth + 1)) return false;
    } while (json_.take(','));
    if (!json_.take(']')) return malformed();
  }
  sink_.close(opened);
  return true;
}

bool JsonReader::text(std::string_view& out) {
  if (json_.peek() != '"') return wrong_scalar("String");
  return json_.string(out) || malformed();
}

bool JsonReader::number() {
  std::string_view read;
  if (!text(read)) return false;
  if (is_canonical_number(read)) {
    sink_.put(Tag::N);
    sink_.put_padded_bytes(read);
    return true;
  }
  number_.clear();
  if (Result<> done = append_canonical_number(read, number_); !done) {
    error_ = std::move(done).error();
    return false;
  }
  sink_.put(Tag::N);
  sink_.put_bytes(number_);
  return true;
}

bool JsonReader::boolean(bool& out) {
  const char first = json_.peek();
  if (first != 't' && first != 'f') return wrong_scalar("Boolean");
  out = first == 't';
  return json_.literal(out ? "true" : "false") || malformed();
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

bool JsonReader::binary() {
  if (json_.peek() != '"') return wrong_blob();
  std::string_view encoded;
  std::string bytes;
  if (!text(encoded) || !unbase64_into(encoded, bytes)) return false;
  sink_.put(Tag::B);
  sink_.put_bytes(bytes);
  return true;
}

bool JsonReader::members(std::string_view null_member, std::vector<std::string>& out) {
  if (!json_.take('[')) return wrong_collection("Unexpected field type", "");
  if (json_.take(']')) return true;
  do {
    if (json_.peek() == 'n' && json_.literal("null")) return invalid(std::string(kInvalidPrefix).append(null_member));
    std::string_view member;
    if (!text(member)) return false;
    out.emplace_back(member);
  } while (json_.take(','));
  return json_.take(']') || malformed();
}

void JsonReader::put_set(Tag tag, const std::vector<std::string>& sorted) {
  sink_.put(tag);
  const std::size_t opened = sink_.open();
  for (const std::string& member : sorted) sink_.put_bytes(member);
  sink_.close(opened);
}

bool JsonReader::string_set() {
  std::vector<std::string> read;
  if (!members("An string set may not have a null string as a member", read)) return false;
  if (read.empty()) return invalid(std::string(kInvalidPrefix) + "An string set  may not be empty");
  std::vector<std::string> sorted = read;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    return invalid(std::string(kInvalidPrefix) + "Input collection " + print(read) + " contains duplicates.");
  }
  put_set(Tag::SS, sorted);
  return true;
}

bool JsonReader::number_set() {
  std::vector<std::string> read;
  if (!members("An number set may not have a null string as a member", read)) return false;
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

bool JsonReader::binary_set() {
  std::vector<std::string> read;
  if (!members("Binary sets may not contain null or empty values", read)) return false;
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
