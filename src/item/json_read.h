// DynamoDB JSON -> encoding.
#pragma once

#include "item/encoding.h"
#include "item/json_text.h"
#include "item/value.h"

#include <vector>

namespace orrery::item::internal {

// Reads one value or item into `sink`. The text is as JsonText wants it.
class JsonReader {
 public:
  explicit JsonReader(Sink& sink) : sink_(sink) {}

  Result<> read_value(std::string_view text);
  Result<> read_item(std::string_view text);

 private:
  // Where an entry of the map being read lies in the sink, and how its name sorts.
  struct Entry {
    std::uint64_t prefix;  // the first 8 bytes of the name, big-endian
    std::size_t start;
    std::size_t end;
    std::string_view name(const char* base) const;
  };

  // Each returns false after an error has been set: a Result in each of these would cost more than the work itself.
  bool value(int depth);
  bool typed(Type type, int depth);
  bool map(int depth);
  bool entry(int depth);
  void sort_entries(std::size_t first);
  bool list(int depth);
  bool number();
  bool binary();
  bool boolean(bool& out);
  bool string_set();
  bool number_set();
  bool binary_set();
  void put_set(Tag tag, const std::vector<std::string>& sorted);
  // The members of a set, as they came. `null_member`: the error for a null among them.
  bool members(std::string_view null_member, std::vector<std::string>& out);
  bool text(std::string_view& out);
  bool unbase64_into(std::string_view encoded, std::string& out);

  bool invalid(std::string message);     // ValidationException
  bool unreadable(std::string message);  // SerializationException
  bool malformed();
  bool empty();  // "Supplied AttributeValue is empty"
  // What comes next is of another type than `wanted` ("String", "Boolean").
  bool wrong_scalar(std::string_view wanted);
  bool wrong_blob();
  bool wrong_collection(std::string_view scalar_message, std::string_view java_type);

  JsonText json_;
  Sink& sink_;
  Sink scratch_;                // what a map's entries are sorted through
  std::vector<Entry> entries_;  // of all maps being read, innermost last
  std::string number_;
  Error error_;
};

}  // namespace orrery::item::internal
