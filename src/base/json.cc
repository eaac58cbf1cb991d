#include "base/json.h"

namespace orrery {

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = 128;
  json::error_code failed;
  json::stream_parser parser({}, options);
  const std::size_t read = parser.write_some(text.data(), text.size(), failed);
  if (!failed && read < text.size() && text.find_first_not_of(" \t\r\n", read) != std::string_view::npos) {
    failed = json::error::extra_data;
  }
  if (!failed) parser.finish(failed);
  if (failed) return fail(internal_error(failed.message() + " at byte " + std::to_string(read)));
  return parser.release();
}

std::string to_text(const json::value& value) { return json::serialize(value); }

const json::value* find(const json::value& value, std::string_view name) {
  return value.is_object() ? value.get_object().if_contains(name) : nullptr;
}

std::optional<std::string_view> find_string(const json::value& value, std::string_view name) {
  const json::value* member = find(value, name);
  if (member == nullptr || !member->is_string()) return std::nullopt;
  return std::string_view(member->get_string());
}

std::string text_of(const json::value& value, std::string_view name, std::string_view otherwise) {
  return std::string(find_string(value, name).value_or(otherwise));
}

std::optional<std::int64_t> find_int(const json::value& value, std::string_view name) {
  const json::value* member = find(value, name);
  if (member == nullptr) return std::nullopt;
  if (member->is_int64()) return member->get_int64();
  return std::nullopt;
}

std::optional<bool> find_bool(const json::value& value, std::string_view name) {
  const json::value* member = find(value, name);
  if (member == nullptr || !member->is_bool()) return std::nullopt;
  return member->get_bool();
}

}  // namespace orrery
