// Random values for the tests of this folder.
#pragma once

#include "item/value.h"

#include <random>
#include <string>
#include <vector>

namespace orrery::item {

class RandomValues {
 public:
  explicit RandomValues(std::uint64_t seed) : random_(seed) {}

  template <class Make>
  auto some(Make make) {
    std::vector<decltype(make())> out;
    for (std::uint64_t n = 1 + below(4); n > 0; --n) out.push_back(make());
    return out;
  }
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  std::string text() {
    static const std::string kPieces[] = {"a",    "b", "\"", "\\", "\n", std::string(1, '\0'),
                                          "\x1f", "/", "é",  "漢", "😀",  "0123456789abcdefghijklmnopqrstuvwxyz",
                                          "\x7f", "{", "}"};
    std::string out;
    for (std::uint64_t n = below(6); n > 0; --n) out += kPieces[below(std::size(kPieces))];
    return out;
  }
  std::string bytes() {
    std::string out(below(40), '\0');
    for (char& c : out) c = static_cast<char>(random_());
    return out;
  }
  Decimal number() {
    std::string text = below(2) == 0 ? "-" : "";
    for (std::uint64_t n = 1 + below(38); n > 0; --n) text += static_cast<char>('0' + below(10));
    const auto exponent = static_cast<int>(below(180)) - 130;
    const Result<Decimal> parsed = Decimal::parse(text + "e" + std::to_string(exponent));
    return parsed.ok() ? *parsed : Decimal(static_cast<std::int64_t>(random_()));
  }
  Value value(int depth = 0) {
    switch (below(depth < 4 ? 10 : 8)) {
      case 0:
        return Value::string(text());
      case 1:
        return Value::number(number());
      case 2:
        return Value::binary(bytes());
      case 3:
        return Value::boolean(below(2) == 0);
      case 4:
        return Value::null();
      case 5:
        return Value::string_set(some([this] { return text(); }));
      case 6:
        return Value::number_set(some([this] { return number(); }));
      case 7:
        return Value::binary_set(some([this] { return bytes(); }));
      case 8: {
        std::vector<Value> elements;
        for (std::uint64_t n = below(5); n > 0; --n) elements.push_back(value(depth + 1));
        return Value::list(elements);
      }
      default:
        return Value::map(item(depth + 1));
    }
  }
  Item item(int depth = 0) {
    ItemBuilder out;
    for (std::uint64_t n = below(8); n > 0; --n) out.set("n" + text(), value(depth));
    return out.build();
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace orrery::item
