#include "services/universal/request_json.h"

#include "base/encode.h"

namespace orrery::universal {
namespace {

using wire::Member;
using wire::Shape;
using wire::ShapeKind;

std::string pascal(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

// Null: it is not given. Most models write members in PascalCase themselves.
const json::value* given_for(const Member& member, const json::object& given) {
  if (member.name.front() < 'a' || member.name.front() > 'z') return given.if_contains(member.name);
  return given.if_contains(pascal(member.name));
}

// "… missing the following field(s): ClusterName, NodegroupName."
Result<> check_present(const Shape& shape, const json::object& given) {
  std::string missing;
  for (const Member& member : shape.members) {
    if (!member.required || member.idempotency_token) continue;
    const json::value* value = given_for(member, given);
    if (value != nullptr && !value->is_null()) continue;
    missing += (missing.empty() ? "" : ", ") + pascal(member.name);
  }
  if (missing.empty()) return {};
  return fail(invalid_request("Request payload is missing the following field(s): " + missing + "."));
}

Result<json::value> fit_members(const Shape& shape, const json::object& given) {
  TRY(check_present(shape, given));
  json::object out;
  std::size_t known = 0;
  for (const Member& member : shape.members) {
    const json::value* value = given_for(member, given);
    if (value == nullptr) continue;
    ++known;
    if (value->is_null()) continue;
    out[{member.name.data(), member.name.size()}] = TRY(fit_request(*member.shape, *value));
  }
  if (known == given.size()) return json::value(std::move(out));
  for (const auto& entry : given) {
    const std::string name(entry.key());
    bool found = false;
    for (const Member& member : shape.members) found = found || pascal(member.name) == name;
    if (!found) return fail(invalid_request("The field '" + name + "' is not one of " + std::string(shape.name) + "."));
  }
  return json::value(std::move(out));
}

}  // namespace

Error invalid_request(const std::string& reason) {
  return api_error("ValidationException", "Invalid RequestJson provided. Reason " + reason);
}

Result<json::value> fit_request(const Shape& shape, const json::value& request) {
  switch (shape.kind) {
    case ShapeKind::Structure: {
      const json::object* given = request.if_object();
      if (given == nullptr) return fail(invalid_request(std::string(shape.name) + " is not a JSON object."));
      return fit_members(shape, *given);
    }
    case ShapeKind::List: {
      const json::array* given = request.if_array();
      if (given == nullptr) return request;  // refused by the operation's own parser
      json::array out;
      for (const json::value& element : *given) out.push_back(TRY(fit_request(*shape.element, element)));
      return json::value(std::move(out));
    }
    case ShapeKind::Map: {
      const json::object* given = request.if_object();
      if (given == nullptr) return request;
      json::object out;
      for (const auto& entry : *given) out[entry.key()] = TRY(fit_request(*shape.element, entry.value()));
      return json::value(std::move(out));
    }
    case ShapeKind::Blob: {
      const json::string* text = request.if_string();
      return json::value(json::string(base64(text != nullptr ? std::string(*text) : to_text(request))));
    }
    default:
      return request;
  }
}

}  // namespace orrery::universal
