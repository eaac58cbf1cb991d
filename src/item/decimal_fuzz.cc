// Two numbers, split at the first ',': text, key and arithmetic agree with one another.
#include "base/check.h"
#include "item/decimal.h"

#include <cstdint>

namespace {

using orrery::item::Decimal;

void check_one(std::string_view text, const Decimal& number) {
  const auto again = Decimal::parse(number.text());
  CHECK(again.ok() && *again == number);
  std::string canonical;
  CHECK(orrery::item::append_canonical_number(text, canonical).ok() && canonical == number.text());
  std::string key;
  number.append_key(key);
  std::string_view rest = key;
  const auto back = Decimal::take_key(rest);
  CHECK(back.ok() && *back == number && rest.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string_view bytes = text;
  if (const auto decoded = Decimal::take_key(bytes); decoded.ok()) {
    std::string key;
    decoded->append_key(key);
    CHECK(key == text.substr(0, text.size() - bytes.size()));
  }
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) return 0;
  const auto a = Decimal::parse(text.substr(0, comma));
  const auto b = Decimal::parse(text.substr(comma + 1));
  if (!a.ok() || !b.ok()) return 0;
  check_one(text.substr(0, comma), *a);
  check_one(text.substr(comma + 1), *b);
  std::string key_a;
  std::string key_b;
  a->append_key(key_a);
  b->append_key(key_b);
  CHECK((key_a < key_b) == (*a < *b) && (key_a == key_b) == (*a == *b));
  const auto sum = Decimal::add(*a, *b);
  if (sum.ok()) {
    const auto back = Decimal::subtract(*sum, *b);
    CHECK(back.ok() && *back == *a);
  }
  return 0;
}
