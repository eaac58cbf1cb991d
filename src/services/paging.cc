#include "services/paging.h"

#include "base/encode.h"

#include <algorithm>

namespace orrery {

std::string page_token(std::string_view position) {
  std::string out = base64("1" + std::string(position));
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  while (out.ends_with('=')) out.pop_back();
  return out;
}

std::optional<std::string> page_position(std::string_view token) {
  std::string text(token);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  const auto bytes = unbase64(text);
  if (!bytes || !bytes->starts_with('1')) return std::nullopt;
  return bytes->substr(1);
}

}  // namespace orrery
