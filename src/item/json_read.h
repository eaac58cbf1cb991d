// DynamoDB JSON -> encoding, for codec.cc: it brings simdjson.
#pragma once

#include "item/encoding.h"
#include "item/value.h"

#include <vector>

#include <simdjson.h>

namespace orrery::item::internal {

// Reads one value or item into `sink`. The JSON must be followed by simdjson's padding.
class JsonReader {
 public:
  explicit JsonReader(Sink& sink) : sink_(sink) {}

  Result<> read_value(simdjson::ondemand::value json);
  Result<> read_item(simdjson::ondemand::value json);

 private:
  using Json = simdjson::ondemand::value;

  // Where an entry of the map being read lies in the sink, and how its name sorts.
  struct Entry {
    std::uint64_t prefix;  // the first 8 bytes of the name, big-endian
    std::size_t start;
    std::size_t end;
    std::string_view name(const char* base) const;
  };

  // Each returns false after an error has been set: a Result in each of these would cost more than the work itself.
  bool value(Json json, int depth);
  bool typed(Type type, Json json, int depth);
  bool entries(simdjson::ondemand::object& object, int depth);
  bool entry(simdjson::ondemand::field& field, int depth);
  void sort_entries(std::size_t first);
  bool list(Json json, int depth);
  bool map(Json json, int depth);
  bool number(Json json);
  bool binary(Json json);
  bool boolean(Json json, bool& out);
  bool string_set(Json json);
  bool number_set(Json json);
  bool binary_set(Json json);
  void put_set(Tag tag, const std::vector<std::string>& sorted);
  // The members of a set, as they came. `null_member`: the error for a null among them.
  bool members(Json json, std::string_view null_member, std::vector<std::string>& out);
  bool text(Json json, std::string_view& out);
  bool unbase64_into(std::string_view text, std::string& out);

  bool invalid(std::string message);     // ValidationException
  bool unreadable(std::string message);  // SerializationException
  bool malformed(simdjson::error_code error);
  bool empty();  // "Supplied AttributeValue is empty"
  // A JSON value of another type than `wanted` ("String", "Boolean").
  bool wrong_scalar(Json json, std::string_view wanted);
  bool wrong_blob(Json json);
  bool wrong_collection(Json json, std::string_view scalar_message, std::string_view java_type);

  Sink& sink_;
  Sink scratch_;                // what a map's entries are sorted through
  std::vector<Entry> entries_;  // of all maps being read, innermost last
  std::string number_;
  Error error_;
};

}  // namespace orrery::item::internal
