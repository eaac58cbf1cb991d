#include "gateway/input_values.h"

#include "base/encode.h"
#include "base/json.h"
#include "wire/protocol.h"

#include <algorithm>

namespace orrery::gateway {
namespace {

constexpr std::string_view kTagMembers[] = {"Tags", "tags", "TagList"};
constexpr std::string_view kTagKeyMembers[] = {"TagKeys", "tagKeys"};

// Removes and returns what precedes the next dot.
std::string_view take_name(std::string_view& path) {
  const auto dot = path.find('.');
  const std::string_view name = path.substr(0, dot);
  path.remove_prefix(dot == std::string_view::npos ? path.size() : dot + 1);
  return name;
}

void add_values(const json::value& at, std::string_view path, std::vector<std::string>& out) {
  if (at.is_array()) {
    for (const json::value& element : at.get_array()) add_values(element, path, out);
    return;
  }
  if (path.empty()) {
    if (at.is_string()) out.emplace_back(at.get_string());
    if (at.is_bool()) out.emplace_back(at.get_bool() ? "true" : "false");
    if (at.is_number()) out.push_back(to_text(at));
    return;
  }
  if (!at.is_object()) return;
  const json::value* next = at.get_object().if_contains(take_name(path));
  if (next != nullptr) add_values(*next, path, out);
}

// The first member of the path as a document, and the rest of the path; null when it is absent.
json::value document_at(const wire::Shape& shape, const void* input, std::string_view& path) {
  const wire::Member* member = find_member(shape, take_name(path));
  if (member == nullptr) return nullptr;
  const void* value = member->access.get(input);
  return value == nullptr ? json::value(nullptr) : wire::to_document(*member->shape, value);
}

std::string text_at(const json::value& tag, std::string_view upper, std::string_view lower) {
  auto text = find_string(tag, upper);
  if (!text) text = find_string(tag, lower);
  return std::string(text.value_or(""));
}

// "a=1&b=2", as in S3's x-amz-tagging.
TagPairs tags_of_text(std::string_view text) {
  TagPairs out;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    const auto key = percent_decode(pair.substr(0, equals));
    const auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())));
    if (key && value && !key->empty()) out.emplace_back(*key, *value);
  }
  return out;
}

TagPairs tags_of_document(const json::value& at) {
  TagPairs out;
  if (at.is_string()) return tags_of_text(at.get_string());
  if (at.is_object()) {
    for (const auto& [key, value] : at.get_object()) {
      if (value.is_string()) out.emplace_back(key, value.get_string());
    }
  } else if (at.is_array()) {
    for (const json::value& tag : at.get_array()) {
      out.emplace_back(text_at(tag, "Key", "key"), text_at(tag, "Value", "value"));
    }
  }
  return out;
}

}  // namespace

const wire::Member* find_member(const wire::Shape& shape, std::string_view name) {
  const auto found = std::ranges::find(shape.members, name, &wire::Member::name);
  return found == shape.members.end() ? nullptr : &*found;
}

std::vector<std::string> values_at(const wire::Shape& shape, const void* input, std::string_view path) {
  std::vector<std::string> out;
  const json::value document = document_at(shape, input, path);
  add_values(document, path, out);
  return out;
}

TagPairs tags_in(const wire::Shape& shape, const void* input, std::string_view path) {
  const json::value document = document_at(shape, input, path);
  const json::value* at = &document;
  while (!path.empty() && at != nullptr) at = at->is_object() ? at->get_object().if_contains(take_name(path)) : nullptr;
  return at == nullptr ? TagPairs() : tags_of_document(*at);
}

TagPairs tags_of_input(const wire::Shape& shape, const void* input) {
  for (const std::string_view name : kTagMembers) {
    auto tags = tags_in(shape, input, name);
    if (!tags.empty()) return tags;
  }
  return {};
}

std::vector<std::string> tag_keys_of_input(const wire::Shape& shape, const void* input) {
  std::vector<std::string> out;
  for (auto& [key, value] : tags_of_input(shape, input)) out.push_back(std::move(key));
  for (const std::string_view name : kTagKeyMembers) {
    for (auto& key : values_at(shape, input, name)) out.push_back(std::move(key));
  }
  return out;
}

}  // namespace orrery::gateway
