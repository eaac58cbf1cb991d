#include "auth/principal.h"

#include <algorithm>

namespace orrery::auth {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_key(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

void Context::set(std::string_view key, std::string value) {
  Values values;
  values.push_back(std::move(value));
  set(key, std::move(values));
}

void Context::set(std::string_view key, Values values) {
  for (auto& [name, held] : entries_) {
    if (same_key(name, key)) {
      held = std::move(values);
      return;
    }
  }
  entries_.emplace_back(key, std::move(values));
}

void Context::add(std::string_view key, std::string value) {
  for (auto& [name, held] : entries_) {
    if (same_key(name, key)) {
      held.push_back(std::move(value));
      return;
    }
  }
  set(key, std::move(value));
}

const Context::Values* Context::find(std::string_view key) const {
  for (const auto& [name, held] : entries_) {
    if (same_key(name, key)) return &held;
  }
  return nullptr;
}

}  // namespace orrery::auth
