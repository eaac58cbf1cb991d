#include "services/scheduler/attributes.h"

#include "base/encode.h"

namespace orrery::scheduler {
namespace {

constexpr std::string_view kOpen = "<aws.scheduler.";

std::string digest_of(std::string_view text) {
  const auto digest = sha256(text);
  return std::string(view(digest).substr(0, 16));
}

}  // namespace

std::string Attributes::execution_id() const {
  const std::string from = schedule_arn + "|" + iso8601_seconds(scheduled) + "|" + std::to_string(attempt);
  return hex(digest_of(from).substr(0, 8));
}

bool has_keywords(std::string_view input) { return input.find(kOpen) != std::string_view::npos; }

std::string substitute(std::string_view input, const Attributes& attributes) {
  std::string out;
  while (true) {
    const auto at = input.find(kOpen);
    out += input.substr(0, at);
    if (at == std::string_view::npos) return out;
    const std::string_view rest = input.substr(at + kOpen.size());
    const std::string_view name = rest.substr(0, rest.find('>'));
    const bool closed = name.size() < rest.size();
    std::string value;
    if (closed && name == "schedule-arn") {
      value = attributes.schedule_arn;
    } else if (closed && name == "scheduled-time") {
      value = iso8601_seconds(attributes.scheduled);
    } else if (closed && name == "execution-id") {
      value = attributes.execution_id();
    } else if (closed && name == "attempt-number") {
      value = std::to_string(attributes.attempt);
    } else {  // not a keyword: it stays as it is
      out += kOpen;
      input = rest;
      continue;
    }
    out += value;
    input = rest.substr(name.size() + 1);
  }
}

std::string event_id(const Attributes& attributes) {
  std::string bytes = digest_of(attributes.schedule_arn + "|" + iso8601_seconds(attributes.scheduled));
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x50);  // version 5's place: derived from a name (RFC 9562)
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string text = hex(bytes);
  for (const std::size_t dash : {8, 13, 18, 23}) text.insert(dash, 1, '-');
  return text;
}

}  // namespace orrery::scheduler
