#include "expression/key_paths.h"

#include "expression/message.h"

#include <algorithm>

namespace orrery::expression {

Result<> check_scalar_keys(const std::vector<std::string_view>& nested, const item::KeySchema& keys, KeyOf of) {
  const auto check = [&](const std::string& key) -> Result<> {
    if (std::find(nested.begin(), nested.end(), key) == nested.end()) return {};
    return refuse("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: " +
                  std::string(of == KeyOf::Table ? "Key: " : "IndexKey: ") + key);
  };
  TRY(check(keys.partition.name));
  return keys.sort ? check(keys.sort->name) : Result<>();
}

}  // namespace orrery::expression
