#include "services/logs/insights/functions.h"

#include "base/cidr.h"

#include <algorithm>

namespace orrery::logs::insights {
namespace {

using Arguments = std::span<const Value>;

Value is_present(Arguments arguments, const Context& /*context*/) { return !is_null(arguments[0]); }

Value coalesce(Arguments arguments, const Context& /*context*/) {
  const auto first = std::ranges::find_if_not(arguments, is_null);
  return first == arguments.end() ? Value() : *first;
}

Value choose(Arguments arguments, const Context& /*context*/) {
  if (truthy(arguments[0])) return arguments[1];
  return arguments.size() > 2 ? arguments[2] : Value();
}

// case(condition, value, …, otherwise)
Value first_case(Arguments arguments, const Context& /*context*/) {
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    if (truthy(arguments[i])) return arguments[i + 1];
  }
  return arguments.size() % 2 == 1 ? arguments.back() : Value();
}

Value json_parse(Arguments arguments, const Context& /*context*/) {
  const auto text = text_in(arguments[0]);
  if (!text) return {};
  auto document = parse_json(*text);
  if (!document || (!document->is_object() && !document->is_array())) return {};
  return std::make_shared<const json::value>(*std::move(document));
}

Value json_stringify(Arguments arguments, const Context& /*context*/) {
  const auto* document = std::get_if<JsonPtr>(&arguments[0]);
  return document == nullptr ? Value() : Value(to_text(**document));
}

// Bits: 0 for either kind.
template <int Bits>
Value is_address(Arguments arguments, const Context& /*context*/) {
  const auto text = text_in(arguments[0]);
  if (!text) return false;
  const auto address = IpAddress::parse(*text);
  return address && (Bits == 0 || address->bits == Bits);
}

template <int Bits>
Value is_in_subnet(Arguments arguments, const Context& /*context*/) {
  const auto text = text_in(arguments[0]);
  const auto block = text_in(arguments[1]);
  if (!text || !block) return false;
  const auto address = IpAddress::parse(*text);
  const auto subnet = Cidr::parse(*block);
  return address && subnet && (Bits == 0 || address->bits == Bits) && subnet->contains(*address);
}

constexpr Function kOther[] = {
    {"ispresent", 1, 1, is_present},
    {"coalesce", 1, kAny, coalesce},
    {"if", 2, 3, choose},
    {"case", 2, kAny, first_case},
    {"jsonparse", 1, 1, json_parse},
    {"jsonstringify", 1, 1, json_stringify},
    {"isvalidip", 1, 1, is_address<0>},
    {"isvalidipv4", 1, 1, is_address<32>},
    {"isvalidipv6", 1, 1, is_address<128>},
    {"isipinsubnet", 2, 2, is_in_subnet<0>},
    {"isipv4insubnet", 2, 2, is_in_subnet<32>},
    {"isipv6insubnet", 2, 2, is_in_subnet<128>},
};

}  // namespace

std::span<const Function> other_functions() { return kOther; }

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return lower;
}

const Function* find_function(std::string_view name) {
  const std::string lower = lower_case(name);
  for (const auto& family : {number_functions(), text_functions(), date_functions(), other_functions()}) {
    const auto found = std::ranges::find(family, lower, &Function::name);
    if (found != family.end()) return &*found;
  }
  return nullptr;
}

}  // namespace orrery::logs::insights
