#include "functions/extensions.h"

#include "base/json.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <unistd.h>

namespace orrery::functions {
namespace {

constexpr std::size_t kMost = 10;

json::value parsed_number(std::string_view digits) {
  std::int64_t value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

}  // namespace

std::vector<std::string> external_extensions(const FunctionSpec& spec) {
  std::set<std::string> names;
  for (const std::string& layer : spec.layer_dirs) {
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(layer + "/extensions", failed)) {
      if (entry.is_regular_file(failed) && ::access(entry.path().c_str(), X_OK) == 0) {
        names.insert(entry.path().filename().string());
      }
    }
  }
  return {names.begin(), names.end()};
}

Extensions::Extensions(const std::vector<std::string>& external) {
  for (const std::string& name : external) {
    auto extension = std::make_unique<Extension>();
    extension->name = name;
    extension->external = true;
    all_.push_back(std::move(extension));
  }
}

Extension* Extensions::enter(std::string_view name, std::string id, bool initialising) {
  if (!initialising) return nullptr;
  const auto known = std::find_if(all_.begin(), all_.end(), [name](const auto& one) { return one->name == name; });
  if (known != all_.end()) {
    if (!(*known)->id.empty()) return nullptr;
    (*known)->id = std::move(id);
    return known->get();
  }
  if (all_.size() >= kMost) return nullptr;
  auto extension = std::make_unique<Extension>();
  extension->name = name;
  extension->id = std::move(id);
  return all_.emplace_back(std::move(extension)).get();
}

Extension* Extensions::find(std::string_view id) {
  const auto known =
      std::find_if(all_.begin(), all_.end(), [id](const auto& one) { return !id.empty() && one->id == id; });
  return known == all_.end() ? nullptr : known->get();
}

bool Extensions::ready() const {
  return std::all_of(all_.begin(), all_.end(), [](const auto& one) { return one->waits; });
}

void Extensions::give(Extension& extension, std::string event) {
  extension.event = std::move(event);
  extension.waits = false;
  if (extension.wake) extension.wake->cancel();
}

void Extensions::tell_invoke(const Invocation& invocation, std::string_view deadline_ms) {
  json::object event{{"eventType", "INVOKE"},
                     {"deadlineMs", parsed_number(deadline_ms)},
                     {"requestId", invocation.request_id},
                     {"invokedFunctionArn", invocation.invoked_function_arn}};
  event["tracing"] = json::object{{"type", "X-Amzn-Trace-Id"}, {"value", invocation.trace_id}};
  for (const auto& extension : all_) {
    if (extension->on_invoke) give(*extension, json::serialize(event));
  }
}

bool Extensions::tell_shutdown(std::string_view reason, std::string_view deadline_ms) {
  const json::object event{
      {"eventType", "SHUTDOWN"}, {"shutdownReason", reason}, {"deadlineMs", parsed_number(deadline_ms)}};
  bool told = false;
  for (const auto& extension : all_) {
    if (!extension->on_shutdown || extension->id.empty()) continue;
    told = true;
    give(*extension, json::serialize(event));
  }
  return told;
}

void Extensions::wake_all() {
  for (const auto& extension : all_) {
    if (extension->wake) extension->wake->cancel();
  }
}

}  // namespace orrery::functions
