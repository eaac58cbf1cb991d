#include "item/key.h"

#include <algorithm>
#include <cstring>

namespace orrery::item {
namespace {

Error invalid(std::string message) { return api_error("ValidationException", std::move(message)); }
Error mismatch() { return invalid("The provided key element does not match the schema"); }

constexpr std::size_t kHashBytes = 8;

std::string_view bytes_of(ValueView value) { return value.type() == Type::S ? value.string() : value.binary(); }

// 0x00 -> 0x00 0xFF, ended by 0x00 0x01: sorts as the bytes do, and no encoding is a prefix of another.
constexpr std::string_view kEnd("\x00\x01", 2);

void append_unended(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    out += c;
    if (c == '\0') out += '\xff';
  }
}
void append_escaped(std::string_view bytes, std::string& out) {
  append_unended(bytes, out);
  out += kEnd;
}

bool take_escaped(std::string_view& rest, std::string& out) {
  for (std::size_t i = 0; i + 1 < rest.size(); ++i) {
    if (rest[i] != '\0') {
      out += rest[i];
    } else if (rest[i + 1] == '\xff') {
      out += '\0';
      ++i;
    } else {
      if (rest[i + 1] != '\x01') return false;
      rest.remove_prefix(i + 2);
      return true;
    }
  }
  return false;
}

Value key_value(Type type, std::string_view bytes) {
  return type == Type::S ? Value::string(bytes) : Value::binary(bytes);
}

Result<ValueView> stored_value(const KeyAttribute& attribute, ItemView item, bool is_partition) {
  const std::optional<ValueView> value = item.find(attribute.name);
  if (!value) {
    return fail(
        invalid("One or more parameter values were invalid: Missing the key " + attribute.name + " in the item"));
  }
  if (value->type() != attribute.type) {
    std::string message = "One or more parameter values were invalid: Type mismatch for key " + attribute.name;
    message.append(" expected: ").append(name_of(attribute.type));
    message.append(" actual: ").append(name_of(value->type()));
    return fail(invalid(std::move(message)));
  }
  TRY(check_key_value(attribute, *value, is_partition));
  return *value;
}

Result<ValueView> given_value(const KeyAttribute& attribute, ItemView key, bool is_partition) {
  const std::optional<ValueView> value = key.find(attribute.name);
  if (!value || value->type() != attribute.type) return fail(mismatch());
  TRY(check_key_value(attribute, *value, is_partition));
  return *value;
}

template <class Find>
Result<std::string> make_key(const KeySchema& schema, ItemView item, Find find) {
  std::string key = partition_prefix(TRY(find(schema.partition, item, true)));
  if (schema.sort) key += sort_bytes(TRY(find(*schema.sort, item, false)));
  return key;
}

}  // namespace

Result<> check_key_value(const KeyAttribute& attribute, ValueView value, bool is_partition) {
  if (value.type() == Type::N) return {};
  const std::size_t size = bytes_of(value).size();
  if (size == 0) {
    return fail(
        invalid(std::string("One or more parameter values are not valid. The AttributeValue for a key attribute "
                            "cannot contain an empty ") +
                (value.type() == Type::S ? "string" : "binary") + " value. Key: " + attribute.name));
  }
  if (is_partition && size > kMaxPartitionBytes) {
    return fail(
        invalid("One or more parameter values were invalid: Size of hashkey has exceeded the maximum size "
                "limit of2048 bytes"));  // without the space: so the service has it
  }
  if (!is_partition && size > kMaxSortBytes) {
    return fail(
        invalid("One or more parameter values were invalid: Aggregated size of all range keys has exceeded the "
                "size limit of 1024 bytes"));
  }
  return {};
}

Result<std::string> key_of_item(const KeySchema& schema, ItemView item) { return make_key(schema, item, stored_value); }

Result<std::string> key_of_key(const KeySchema& schema, ItemView key) {
  if (key.size() != (schema.sort ? 2U : 1U)) return fail(mismatch());
  return make_key(schema, key, given_value);
}

std::string partition_prefix(ValueView partition) {
  std::string out(kHashBytes, '\0');
  if (partition.type() == Type::N) {
    partition.number().append_key(out);
  } else {
    append_escaped(bytes_of(partition), out);
  }
  const std::uint64_t hash = partition_hash(std::string_view(out).substr(kHashBytes));
  for (std::size_t i = 0; i < kHashBytes; ++i) out[i] = static_cast<char>(hash >> (56 - 8 * i));
  return out;
}

std::string sort_bytes(ValueView sort) {
  if (sort.type() != Type::N) return std::string(bytes_of(sort));
  std::string out;
  sort.number().append_key(out);
  return out;
}

std::string entry_sort_bytes(ValueView sort) {
  std::string out;
  if (sort.type() == Type::N) {
    sort.number().append_key(out);
  } else {
    append_unended(bytes_of(sort), out);
  }
  return out;
}

std::string_view entry_sort_end(Type type) { return type == Type::N ? std::string_view() : kEnd; }

std::string entry_key(const KeySchema& index, ItemView item, std::string_view base) {
  std::string key = partition_prefix(*item.find(index.partition.name));
  if (index.sort) {
    key += entry_sort_bytes(*item.find(index.sort->name));
    key += entry_sort_end(index.sort->type);
  }
  key += base;
  return key;
}

Result<Item> decode_key(const KeySchema& schema, std::string_view key) {
  const auto broken = [] { return fail(internal_error("bytes that are no key of this table")); };
  if (key.size() < kHashBytes) return broken();
  std::string_view rest = key.substr(kHashBytes);
  ItemBuilder out;
  if (schema.partition.type == Type::N) {
    out.set(schema.partition.name, Value::number(TRY(Decimal::take_key(rest))));
  } else {
    std::string bytes;
    if (!take_escaped(rest, bytes)) return broken();
    out.set(schema.partition.name, key_value(schema.partition.type, bytes));
  }
  if (schema.sort && schema.sort->type == Type::N) {
    out.set(schema.sort->name, Value::number(TRY(Decimal::take_key(rest))));
  } else if (schema.sort) {
    out.set(schema.sort->name, key_value(schema.sort->type, rest));
    rest = {};
  }
  if (!rest.empty()) return broken();
  return out.build();
}

Item key_attributes(const KeySchema& schema, ItemView item) {
  ItemBuilder out;
  const auto copy = [&](const KeyAttribute& attribute) {
    if (const auto value = item.find(attribute.name)) out.set(attribute.name, *value);
  };
  copy(schema.partition);
  if (schema.sort) copy(*schema.sort);
  return out.build();
}

std::uint64_t partition_hash(std::string_view bytes) {
  std::uint64_t hash = bytes.size();
  for (std::size_t i = 0; i < bytes.size(); i += 8) {
    std::uint64_t word = 0;
    for (std::size_t k = 0; k < std::min<std::size_t>(8, bytes.size() - i); ++k) {
      word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i + k])) << (8 * k);
    }
    hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 32;
  }
  hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9U;
  hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBU;
  return hash ^ (hash >> 31);
}

}  // namespace orrery::item
