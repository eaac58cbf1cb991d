#include "services/events/delivery/quoted.h"

#include "base/json.h"

#include <algorithm>

namespace orrery::events {

void append_quoted(std::string& out, std::string_view text) {
  const bool plain =
      std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; });
  if (!plain) {
    out += json::serialize(json::string_view(text.data(), text.size()));
    return;
  }
  out.push_back('"');
  out.append(text).push_back('"');
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  if (!out.empty() && out.back() != '{') out.push_back(',');
  out.push_back('"');
  out.append(name).append("\":");
  append_quoted(out, text);
}

}  // namespace orrery::events
