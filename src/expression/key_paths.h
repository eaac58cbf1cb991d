// Key attributes are scalars: no path of an expression may lead into one.
#pragma once

#include "base/result.h"
#include "item/key.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace orrery::expression {

enum class KeyOf : std::uint8_t { Table, Index };

// `nested`: what nested_attributes() of a condition, projection or update gives. Error: ValidationException "Key
// attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk" ("IndexKey: pk").
Result<> check_scalar_keys(const std::vector<std::string_view>& nested, const item::KeySchema& keys, KeyOf of);

}  // namespace orrery::expression
