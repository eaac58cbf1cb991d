#include "gateway/access_report.h"

namespace orrery::gateway {
namespace {

std::string_view decision_of(const Judged& judged) {
  switch (judged.outcome) {
    case auth::Outcome::Allowed:
      return "allowed";
    case auth::Outcome::ExplicitDeny:
      return "explicitly denied";
    case auth::Outcome::ImplicitDeny:
      break;
  }
  return "implicitly denied";
}

std::string kind_of(auth::Source source) {
  switch (source) {
    case auth::Source::Identity:
      return "identity-based policy";
    case auth::Source::Resource:
      return "the resource-based policy";
    case auth::Source::Boundary:
      return "the permissions boundary";
    case auth::Source::Session:
      return "session policy";
    case auth::Source::Trust:
      return "the role's trust policy";
    case auth::Source::None:
      break;
  }
  return "nothing: the account's own root needs no policy";
}

// "identity-based policy arn:aws:iam::aws:policy/ReadOnlyAccess, statement 1"; the names of the others say their kind.
std::string by(const Judged& judged) {
  std::string out = kind_of(judged.source);
  if (judged.statement >= 0 && !judged.policy_name.empty()) {
    const std::string kind = judged.source == auth::Source::Identity ? out + " " : std::string();
    return kind + judged.policy_name + ", statement " + std::to_string(judged.statement + 1);
  }
  const bool many = judged.source == auth::Source::Identity || judged.source == auth::Source::Session;
  if (judged.statement < 0) return out;
  if (many) out += " " + std::to_string(judged.policy + 1);
  return out + ", statement " + std::to_string(judged.statement + 1);
}

json::value explain_one(const AccessEntry& entry, const Judged& judged) {
  json::object out{{"action", judged.action},
                   {"resource", judged.resource},
                   {"decision", decision_of(judged)},
                   {"enforced", judged.enforced},
                   {"by", by(judged)}};
  if (const auto traced = parse_json(judged.steps); traced && traced->is_object()) {
    for (const auto& [name, value] : traced->get_object()) out[name] = value;
    return out;
  }
  json::array steps;
  steps.emplace_back((entry.principal.empty() ? "an anonymous caller" : entry.principal) + " asks for " +
                     judged.action + " on " + judged.resource);
  if (judged.outcome == auth::Outcome::Allowed) {
    steps.emplace_back("no statement of any policy that applies denies it");
    steps.emplace_back("allowed by " + by(judged));
  } else {
    steps.emplace_back(std::string(decision_of(judged)) + " by " + by(judged));
  }
  out["steps"] = std::move(steps);
  return out;
}

template <class Texts>
json::value one_or_many(const Texts& texts) {
  if (texts.size() == 1) return json::value(*texts.begin());
  json::array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

}  // namespace

json::value explain(const AccessEntry& entry) {
  json::array accesses;
  for (const Judged& judged : entry.judged) accesses.push_back(explain_one(entry, judged));
  return json::object{{"id", entry.request_id},
                      {"at", iso8601_millis(entry.at)},
                      {"principal", entry.principal},
                      {"role", entry.role},
                      {"operation", entry.service + ":" + entry.operation},
                      {"error", entry.error},
                      {"dispatched", entry.dispatched},
                      {"accesses", std::move(accesses)}};
}

bool is_by(const AccessEntry& entry, std::string_view principal) {
  return !principal.empty() && (entry.principal == principal || entry.role == principal || entry.account == principal);
}

void Suggestion::add(const AccessEntry& entry) {
  ++calls_;
  for (const Judged& judged : entry.judged) resources_[judged.action].insert(judged.resource);
}

json::value Suggestion::policy() const {
  std::map<std::set<std::string>, std::set<std::string>> grouped;  // actions by their resources
  for (const auto& [action, resources] : resources_) {
    std::set<std::string> patterns;
    for (const std::string& resource : resources) patterns.insert(auth::resource_pattern(resource));
    grouped[std::move(patterns)].insert(action);
  }
  json::array statements;
  for (const auto& [resources, actions] : grouped) {
    statements.push_back(
        json::object{{"Effect", "Allow"}, {"Action", one_or_many(actions)}, {"Resource", one_or_many(resources)}});
  }
  return json::object{{"Version", "2012-10-17"}, {"Statement", std::move(statements)}};
}

}  // namespace orrery::gateway
