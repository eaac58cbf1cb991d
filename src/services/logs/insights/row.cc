#include "services/logs/insights/row.h"

#include "services/logs/chunks/pointer.h"

#include <algorithm>

namespace orrery::logs::insights {
namespace {

// "Duration: 1.23 ms" in a REPORT line.
std::string_view after(std::string_view text, std::string_view label, std::string_view ends) {
  const auto at = text.find(label);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + label.size());
  return text.substr(0, text.find_first_of(ends));
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

// docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
Pairs fields_of_lambda(std::string_view message) {
  Pairs fields;
  const auto add = [&](const char* name, std::string_view value) {
    if (!value.empty()) fields.emplace_back(name, value);
  };
  const std::string_view type = message.substr(0, message.find(' '));
  if (type != "START" && type != "END" && type != "REPORT") return fields;
  add("@requestId", after(message, "RequestId: ", " \t\r\n"));
  if (fields.empty()) return fields;
  add("@type", type);
  if (type == "REPORT") {
    add("@duration", after(message, "\tDuration: ", " "));
    add("@billedDuration", after(message, "Billed Duration: ", " "));
    // In bytes; the line has megabytes.
    for (const auto& [name, label] :
         {std::pair("@memorySize", "Memory Size: "), {"@maxMemoryUsed", "Max Memory Used: "}}) {
      const auto megabytes = parse_number(after(message, label, " "));
      if (megabytes) add(name, shown_number(*megabytes * 1'000'000));
    }
    add("@initDuration", after(message, "Init Duration: ", " "));
    add("@xrayTraceId", after(message, "XRAY TraceId: ", "\t\r\n "));
  }
  return fields;
}

JsonPtr object_in(const Event& event) {
  const std::string_view message = event.message;
  const auto begin = message.find('{');
  const auto end = message.rfind('}');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return nullptr;
  // Elsewhere the whole message has to be JSON; of a function's lines a part may be.
  constexpr std::string_view kBlank = " \t\r\n";
  const bool whole = message.find_first_not_of(kBlank) == begin && message.find_last_not_of(kBlank) == end;
  if (!whole && !event.origin->of_lambda) return nullptr;
  auto parsed = parse_json(message.substr(begin, end - begin + 1));
  if (!parsed || !parsed->is_object()) return nullptr;
  return std::make_shared<const json::value>(*std::move(parsed));
}

void add_names(const json::value& value, const std::string& path, std::size_t most, std::vector<std::string>& names) {
  const auto add = [&](const std::string& name, const json::value& member) {
    if (names.size() >= most) return;
    const std::string full = path.empty() ? (name.starts_with('@') ? "@" + name : name) : path + "." + name;
    if (member.is_object() || member.is_array()) {
      add_names(member, full, most, names);
    } else if (!member.is_null()) {
      names.push_back(full);
    }
  };
  if (const auto* object = value.if_object()) {
    for (const auto& [name, member] : *object) add(std::string(name), member);
  } else if (const auto* array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) add(std::to_string(i), (*array)[i]);
  }
}

}  // namespace

void Row::slim() {
  document_.reset();
  looked_ = false;
  if (event_ == nullptr) return;
  event_->kept = event_->message;
  event_->message = event_->kept;
}

const JsonPtr& Row::document() const {
  if (!looked_) {
    looked_ = true;
    document_ = event_ == nullptr ? nullptr : object_in(*event_);
  }
  return document_;
}

const Pairs& Row::lambda_fields() const {
  if (!lambda_) lambda_ = event_ != nullptr && event_->origin->of_lambda ? fields_of_lambda(event_->message) : Pairs();
  return *lambda_;
}

Value Row::field(std::string_view name) const {
  for (auto made = made_.rbegin(); made != made_.rend(); ++made) {
    if (made->first == name) return made->second;
    const auto* document = std::get_if<JsonPtr>(&made->second);
    if (document == nullptr || !name.starts_with(made->first) || name.size() <= made->first.size() + 1 ||
        name[made->first.size()] != '.') {
      continue;
    }
    const json::value* member = member_at(**document, name.substr(made->first.size() + 1));
    return member == nullptr ? Value() : from_json(*member, *document);
  }
  if (event_ == nullptr) return {};
  if (name.starts_with('@') && !name.starts_with("@@")) {
    if (name == "@message") return event_->message;
    if (name == "@timestamp") return event_->timestamp;
    if (name == "@ingestionTime") return event_->ingested;
    if (name == "@logStream") return std::string_view(*event_->stream);
    if (name == "@log") return std::string_view(event_->origin->log);
    if (name == "@ptr") return event_pointer(event_->origin->group_number, event_->place, event_->origin->group);
    for (const auto& [known, value] : lambda_fields()) {
      if (known == name) return std::string_view(value);
    }
    return {};
  }
  if (name.starts_with("@@")) name.remove_prefix(1);
  if (document() == nullptr) return {};
  const json::value* member = member_at(*document_, name);
  return member == nullptr ? Value() : from_json(*member, document_);
}

void Row::set(std::string name, Value value) {
  const auto same = std::ranges::find(made_, name, &std::pair<std::string, Value>::first);
  if (same != made_.end()) {
    same->second = owned(std::move(value));
  } else {
    made_.emplace_back(std::move(name), owned(std::move(value)));
  }
}

std::size_t Row::memory() const {
  std::size_t bytes = sizeof(Row);
  if (event_ != nullptr) bytes += sizeof(Event) + event_->message.size();
  for (const auto& [name, value] : made_) bytes += name.size() + sizeof(std::string) + memory_of(value);
  return bytes;
}

std::vector<std::string> discovered_fields(const Row& row, std::size_t most) {
  std::vector<std::string> names{"@ingestionTime", "@log", "@logStream", "@message", "@ptr", "@timestamp"};
  for (const auto& [name, value] : row.lambda_fields()) names.push_back(name);
  if (row.document() != nullptr) add_names(*row.document(), "", most, names);
  return names;
}

}  // namespace orrery::logs::insights
