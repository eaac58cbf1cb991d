#include "gateway/describe_rows.h"

#include "gateway/input_values.h"
#include "wire/protocol.h"

#include <algorithm>
#include <set>

namespace orrery::gateway {
namespace {

constexpr int kDeepest = 6;  // shapes may contain themselves

enum class Fill : std::uint8_t { Required, All };

// An example value of a shape: texts are the name of the member that they are in, "{TableName}".
json::value example(const wire::Shape& shape, std::string_view name, Fill fill, int depth);

json::value example_structure(const wire::Shape& shape, Fill fill, int depth) {
  json::object out;
  for (const wire::Member& member : shape.members) {
    if (!member.required && (fill == Fill::Required || depth > kDeepest)) continue;
    out[member.name] = example(*member.shape, member.name, fill, depth + 1);
    if (shape.is_union) break;
  }
  return out;
}

json::value example(const wire::Shape& shape, std::string_view name, Fill fill, int depth) {
  switch (shape.kind) {
    case wire::ShapeKind::String:
      if (!shape.enum_values.empty()) return json::value(shape.enum_values.front());
      return json::value("{" + std::string(name) + "}");
    case wire::ShapeKind::Blob:
      return "e30=";
    case wire::ShapeKind::Boolean:
      return false;
    case wire::ShapeKind::List:
      return json::array{example(*shape.element, name, fill, depth + 1)};
    case wire::ShapeKind::Map:
      return json::object{{"{" + std::string(name) + "}", example(*shape.element, name, fill, depth + 1)}};
    case wire::ShapeKind::Structure:
      return example_structure(shape, fill, depth);
    case wire::ShapeKind::Custom:
      return json::object{{"S", "{" + std::string(name) + "}"}};
    default:
      return 1;
  }
}

class Described {
 public:
  Described(const Service& service, const Operation& operation, Reader& reader, Random& random)
      : service_(service), operation_(operation), reader_(reader) {
    principal_.kind = auth::Principal::Kind::RoleSession;
    principal_.account = "{Account}";
    principal_.arn = "{Principal}";
    principal_.role_arn = "{Role}";
    principal_.name = "{Principal}";
    call_.principal = &principal_;
    call_.account = principal_.account;
    call_.region = "{Region}";
    call_.random = &random;
    call_.operation = &operation;
  }

  // Required members first; then each optional one beside them: what it adds is needed when it is given.
  json::value take() {
    const wire::Shape& shape = operation_.input_shape();
    const json::value least = example_structure(shape, Fill::Required, 0);
    ask(least, {});
    for (const wire::Member& member : shape.members) {
      if (member.required) {
        json::value fuller = least;
        fuller.as_object()[member.name] = example(*member.shape, member.name, Fill::All, 1);
        ask(fuller, member.name);
        continue;
      }
      json::value more = least;
      more.as_object()[member.name] = example(*member.shape, member.name, Fill::All, 1);
      ask(more, member.name);
    }
    add_keys(shape);
    json::array keys;
    for (const std::string& key : keys_) keys.emplace_back(key);
    json::object out{{"service", service_.model->id},
                     {"operation", operation_.name},
                     {"action", operation_.action},
                     {"accesses", std::move(accesses_)},
                     {"keys", std::move(keys)}};
    if (!error_.empty()) out["error"] = error_;
    return out;
  }

 private:
  void ask(const json::value& document, std::string_view when) {
    const ErasedValue input = operation_.make_input();
    if (!wire::from_document(operation_.input_shape(), document, input.get(), false)) return;
    call_.input = input.get();
    const auto asked = operation_.authorize(operation_.action, call_, reader_, input.get());
    call_.input = nullptr;
    if (!asked) {
      if (when.empty()) error_ = asked.error().message;
      return;
    }
    for (const Access& access : *asked) {
      for (const auto& [key, value] : access.context) add_key(key);
      if (when.empty() || !known_actions_.contains(access.action)) add(access, when);
    }
  }

  void add(const Access& access, std::string_view when) {
    if (!seen_.insert(access.action + " " + access.resource).second) return;
    known_actions_.insert(access.action);
    accesses_.push_back(json::object{{"action", access.action}, {"resource", access.resource}, {"when", when}});
  }

  // Tags by any name; those of the resource are every request's.
  void add_key(std::string_view key) {
    if (key.find(":ResourceTag/") != std::string_view::npos) return;
    const auto slash = key.find("/{");
    keys_.insert(slash == std::string_view::npos ? std::string(key) : std::string(key.substr(0, slash)) + "/${TagKey}");
  }

  void add_keys(const wire::Shape& shape) {
    for (const ConditionKey& key : service_.condition_keys) {
      if (!key.action.empty() && key.action != operation_.action) continue;
      if (find_member(shape, key.member.substr(0, key.member.find('.'))) != nullptr) {
        keys_.insert(std::string(key.key) + (key.key.ends_with('/') ? "${TagKey}" : ""));
      }
    }
    const auto has = [&](std::string_view name) { return find_member(shape, name) != nullptr; };
    if (has("Tags") || has("tags") || has("TagList")) keys_.insert("aws:RequestTag/${TagKey}");
    if (has("Tags") || has("tags") || has("TagList") || has("TagKeys") || has("tagKeys")) keys_.insert("aws:TagKeys");
  }

  const Service& service_;
  const Operation& operation_;
  Reader& reader_;
  auth::Principal principal_;
  Call call_;
  json::array accesses_;
  std::set<std::string> seen_, known_actions_;
  std::set<std::string> keys_;
  std::string error_;
};

}  // namespace

json::value describe_operations(std::span<const Service> services, Store& store, Random& random) {
  json::array out;
  const auto reader = store.snapshot();
  for (const Service& service : services) {
    for (const Operation& operation : service.operations) {
      out.push_back(Described(service, operation, *reader, random).take());
    }
  }
  return out;
}

}  // namespace orrery::gateway
