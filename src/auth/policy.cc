#include "auth/policy.h"

#include "base/json.h"

#include <algorithm>
#include <unordered_set>

namespace orrery::auth {
namespace {

// The messages are IAM's, and for resource policies S3's, as their services answer them.
Failure malformed(std::string message) { return fail(api_error("MalformedPolicyDocument", std::move(message))); }

Failure syntax(PolicyKind kind, std::string_view detail_for_others) {
  if (kind == PolicyKind::Identity) return malformed("Syntax errors in policy.");
  return malformed(std::string(detail_for_others));
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

// A string or an array of strings, as a list; an error for anything else.
Result<std::vector<std::string_view>> strings(const json::value& value, PolicyKind kind) {
  std::vector<std::string_view> out;
  if (value.is_string()) {
    out.emplace_back(value.get_string());
    return out;
  }
  if (!value.is_array()) return syntax(kind, "Invalid policy syntax.");
  for (const json::value& entry : value.get_array()) {
    if (!entry.is_string()) return syntax(kind, "Invalid policy syntax.");
    out.emplace_back(entry.get_string());
  }
  return out;
}

std::size_t members_in(const json::value& value) {
  std::size_t count = 0;
  if (value.is_array()) {
    for (const json::value& one : value.get_array()) count += members_in(one);
  } else if (value.is_object()) {
    count = value.get_object().size();
    for (const auto& member : value.get_object()) count += members_in(member.value());
  }
  return count;
}

// In text that is known to be JSON: a string before a colon is a member's name.
std::size_t names_in(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '"') continue;
    for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\' ? 1 : 0;
    const auto next = text.find_first_not_of(" \t\r\n", i + 1);
    count += next != std::string_view::npos && text[next] == ':' ? 1 : 0;
  }
  return count;
}

// "Individual elements must not contain multiple instances of the same key. For example, you cannot include the Effect
// block twice in the same statement" (…/reference_policies_grammar.html): the parser has kept the last ones only.
bool repeats_names(std::string_view text, const json::value& document) {
  return names_in(text) != members_in(document);
}

// The element `name` or its negation `not_name`; the sense says which one is there. Both together are an error.
struct Element {
  Sense sense = Sense::Absent;
  const json::value* value = nullptr;
};
Result<Element> pick(const json::object& statement, std::string_view name, std::string_view not_name, PolicyKind kind) {
  const json::value* positive = statement.if_contains(name);
  const json::value* negated = statement.if_contains(not_name);
  if (positive != nullptr && negated != nullptr) return syntax(kind, "Invalid policy syntax.");
  if (positive != nullptr) return Element{Sense::Positive, positive};
  if (negated != nullptr) return Element{Sense::Negated, negated};
  return Element{};
}

// "service:Action" or "*" (docs: "prefaced by a vendor").
Result<> check_action(std::string_view action, PolicyKind kind) {
  if (action == "*") return {};
  const auto colon = action.find(':');
  if (kind == PolicyKind::Resource && (colon == std::string_view::npos || colon == 0 || colon + 1 == action.size())) {
    return malformed("Policy has invalid action");
  }
  if (colon == std::string_view::npos) {
    return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  }
  if (action.find(':', colon + 1) != std::string_view::npos) {
    return malformed("Actions/Condition can contain only one colon.");
  }
  const std::string_view vendor = action.substr(0, colon);
  if (vendor == "*") return {};
  const bool valid = !vendor.empty() && std::all_of(vendor.begin(), vendor.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
  });
  if (!valid) return malformed("Vendor " + std::string(vendor) + " is not valid");
  return {};
}

// What a trust policy may speak of (docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html).
bool trust_action(const Pattern& action) {
  struct NoVariables : VariableSource {
    std::optional<std::string> variable(std::string_view) const override { return std::nullopt; }
  };
  if (!lower(action.source()).starts_with("sts:")) return false;
  constexpr std::string_view kKnown[] = {"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity",
                                         "sts:tagsession", "sts:setsourceidentity",  "sts:setcontext"};
  return std::any_of(std::begin(kKnown), std::end(kKnown),
                     [&](std::string_view known) { return action.matches(known, NoVariables()); });
}

Result<> check_resource(std::string_view resource, PolicyKind kind) {
  if (resource == "*") return {};
  const auto bad = [&](std::string message) {
    return kind == PolicyKind::Resource ? malformed("Policy has invalid resource") : malformed(std::move(message));
  };
  const std::string text(resource);
  if (resource.find(':') == std::string_view::npos) return bad("Resource " + text + " must be in ARN format or \"*\".");
  if (!resource.starts_with("arn:")) return bad("Resource " + text + " must be in ARN format or \"*\".");
  const std::string_view rest = resource.substr(4);
  const std::string_view partition = rest.substr(0, rest.find(':'));
  if (!partition.starts_with("aws") && partition != "*") {
    return bad("Partition \"" + std::string(partition) + "\" is not valid for resource \"" + text + "\".");
  }
  if (rest.find(':') == std::string_view::npos && partition != "*") {
    return bad("Resource vendor must be fully qualified and cannot contain regexes.");
  }
  return {};
}

// "If you specify an incomplete ARN (one with fewer than the standard six fields) […] AWS automatically completes the
// ARN by adding wildcard characters (*) to all missing fields."
std::string complete_arn(std::string_view resource) {
  std::string out(resource);
  if (out.empty() || out.back() == '*' || out.find("${") != std::string::npos) return out;
  for (auto colons = std::count(out.begin(), out.end(), ':'); colons < 5; ++colons) out += ":*";
  return out;
}

// "You can use a policy variable in the Resource element, but only in the resource portion of the ARN […] after the
// fifth colon." Elsewhere it is text.
bool variables_in_name(std::string_view resource) {
  const std::string_view before = resource.substr(0, resource.find("${"));
  return before.size() == resource.size() || std::count(before.begin(), before.end(), ':') >= 5;
}

// Parses the document into a Policy, element by element, in the order in which IAM reports mistakes.
class Reader {
 public:
  explicit Reader(PolicyKind kind) { policy_.kind = kind; }

  Result<Policy> read(std::string_view text) {
    const json::value document = TRY(read_json(text));
    TRY(read_head(document.get_object()));
    const json::value* statements = document.get_object().if_contains("Statement");
    if (statements->is_object()) {
      TRY(check_syntax(statements->get_object()));
      TRY(read_statement(statements->get_object()));
      return std::move(policy_);
    }
    for (const json::value& entry : statements->get_array()) {
      if (!entry.is_object()) return bad_syntax();
      TRY(check_syntax(entry.get_object()));
    }
    TRY(check_sids(statements->get_array()));
    for (const json::value& entry : statements->get_array()) TRY(read_statement(entry.get_object()));
    return std::move(policy_);
  }

 private:
  PolicyKind kind() const { return policy_.kind; }
  Failure bad_syntax() const { return syntax(kind(), "Invalid policy syntax."); }

  Result<json::value> read_json(std::string_view text) const {
    if (kind() == PolicyKind::Trust && !text.empty() && text.front() != '{' &&
        text.find('{') != std::string_view::npos && text.find_first_not_of(" \t\r\n") == text.find('{')) {
      return malformed("JSON strings must not have leading spaces");
    }
    auto document = parse_json(text);
    if (document && document->is_object()) {
      if (repeats_names(text, *document)) return bad_syntax();
      return *std::move(document);
    }
    if (kind() == PolicyKind::Trust) return malformed("This policy contains invalid Json");
    return syntax(kind(), "Policies must be valid JSON and the first byte must be '{'");
  }

  Result<> read_head(const json::object& document) {
    for (const auto& [name, value] : document) {
      const std::string_view key = name;
      if (key != "Version" && key != "Id" && key != "Statement")
        return syntax(kind(), "Unknown field " + std::string(key));
      if (key != "Statement" && !value.is_string()) return bad_syntax();
    }
    const json::value* version = document.if_contains("Version");
    policy_.version = version != nullptr ? std::string(version->get_string()) : "2008-10-17";
    if (policy_.version != "2012-10-17" && policy_.version != "2008-10-17") {
      return syntax(kind(), "The policy must contain a valid version string");
    }
    if (const json::value* id = document.if_contains("Id")) policy_.id = id->get_string();
    const json::value* statements = document.if_contains("Statement");
    if (statements == nullptr) return syntax(kind(), "Missing required field Statement");
    if (!statements->is_object() && !statements->is_array()) return bad_syntax();
    if (statements->is_array() && statements->get_array().empty()) {
      return syntax(kind(), "Could not parse the policy: Statement is empty!");
    }
    // IAM's identity policies; resource and trust policies of the older version are still accepted.
    if (kind() == PolicyKind::Identity && policy_.version != "2012-10-17") {
      return malformed("Policy document must be version 2012-10-17 or greater.");
    }
    return {};
  }

  // The shape of a statement, without its values.
  Result<> check_syntax(const json::object& statement) const {
    constexpr std::string_view kKnown[] = {"Sid",         "Effect",    "Action",       "NotAction", "Resource",
                                           "NotResource", "Principal", "NotPrincipal", "Condition"};
    for (const auto& [name, value] : statement) {
      const std::string_view key = name;
      if (std::find(std::begin(kKnown), std::end(kKnown), key) == std::end(kKnown)) {
        return syntax(kind(), "Unknown field " + std::string(key));
      }
    }
    const json::value* effect = statement.if_contains("Effect");
    if (effect == nullptr) return syntax(kind(), "Missing required field Effect");
    if (!effect->is_string()) return bad_syntax();
    if (effect->get_string() != "Allow" && effect->get_string() != "Deny") {
      return syntax(kind(), "Invalid effect: " + std::string(effect->get_string()));
    }
    const json::value* sid = statement.if_contains("Sid");
    if (sid != nullptr && !sid->is_string()) return bad_syntax();
    return {};
  }

  Result<> check_sids(const json::array& statements) const {
    std::unordered_set<std::string_view> seen;
    for (const json::value& entry : statements) {
      const json::value* sid = entry.get_object().if_contains("Sid");
      if (sid == nullptr || sid->get_string().empty()) continue;
      if (!seen.insert(std::string_view(sid->get_string())).second) {
        return malformed("Statement IDs (SID) in a single policy must be unique.");
      }
    }
    return {};
  }

  Result<> read_statement(const json::object& source) {
    Statement out;
    out.effect = source.at("Effect").get_string() == "Allow" ? Effect::Allow : Effect::Deny;
    if (const json::value* sid = source.if_contains("Sid")) out.sid = sid->get_string();
    TRY(check_sid(out.sid));
    TRY(read_principal(source, out));
    TRY(read_actions(source, out));
    TRY(read_resources(source, out));
    if (const json::value* condition = source.if_contains("Condition")) TRY(read_conditions(*condition, out));
    policy_.statements.push_back(std::move(out));
    return {};
  }

  Result<> check_sid(std::string_view sid) const {
    const bool plain = std::all_of(sid.begin(), sid.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
    // Resource policies are freer: Lambda's and S3's statement ids may hold dashes, underscores and spaces.
    if (plain || kind() == PolicyKind::Resource) return {};
    return malformed(
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
        "[0-9A-Za-z]*");
  }

  Result<> read_principal(const json::object& source, Statement& out) const {
    const Element element = TRY(pick(source, "Principal", "NotPrincipal", kind()));
    if (kind() == PolicyKind::Identity) {
      if (element.sense != Sense::Absent) return malformed("Policy document should not specify a principal.");
      return {};
    }
    if (element.sense == Sense::Absent) return malformed("Missing required field Principal");
    if (element.value->is_object() && element.value->get_object().empty()) {
      return malformed("Missing required field Principal cannot be empty!");
    }
    if (element.sense == Sense::Negated && out.effect == Effect::Allow) {
      return malformed("Allow with NotPrincipal is not allowed.");
    }
    out.principal_sense = element.sense;
    out.principals = TRY(parse_principals(*element.value));
    return {};
  }

  Result<> read_actions(const json::object& source, Statement& out) const {
    const Element element = TRY(pick(source, "Action", "NotAction", kind()));
    const bool identity = kind() == PolicyKind::Identity;
    const char* missing = identity ? "Policy statement must contain actions." : "Missing required field Action";
    if (element.sense == Sense::Absent) return malformed(missing);
    out.action_sense = element.sense;
    for (const std::string_view action : TRY(strings(*element.value, kind()))) {
      TRY(check_action(action, kind()));
      auto pattern = Pattern::compile(action, Case::Insensitive, Wildcards::On, Variables::Off);
      if (!pattern) return bad_syntax();
      if (kind() == PolicyKind::Trust && !trust_action(*pattern)) {
        return malformed("AssumeRole policy may only specify STS AssumeRole actions.");
      }
      out.actions.push_back(*std::move(pattern));
    }
    if (out.actions.empty()) return malformed(missing);
    return {};
  }

  Result<> read_resources(const json::object& source, Statement& out) const {
    const Element element = TRY(pick(source, "Resource", "NotResource", kind()));
    if (kind() == PolicyKind::Trust) {
      if (element.sense == Sense::Positive) return malformed("Has prohibited field Resource");
      if (element.sense == Sense::Negated) return malformed("AssumeRole policy must not contain resources.");
      return {};
    }
    const bool identity = kind() == PolicyKind::Identity;
    const char* missing = identity ? "Policy statement must contain resources." : "Missing required field Resource";
    if (element.sense == Sense::Absent) return malformed(missing);
    out.resource_sense = element.sense;
    for (const std::string_view resource : TRY(strings(*element.value, kind()))) {
      TRY(check_resource(resource, kind()));
      auto pattern = Pattern::compile(complete_arn(resource), Case::Sensitive, Wildcards::On,
                                      variables_in_name(resource) ? variables() : Variables::Off);
      if (!pattern) return bad_syntax();
      out.resources.push_back(*std::move(pattern));
    }
    if (out.resources.empty()) return malformed(missing);
    return {};
  }

  // "Policy variables were introduced in version 2012-10-17"; before, ${…} is text.
  Variables variables() const { return policy_.version == "2012-10-17" ? Variables::On : Variables::Off; }

  Result<> read_conditions(const json::value& element, Statement& out) const {
    if (!element.is_object()) return bad_syntax();
    for (const auto& [name, keys] : element.get_object()) {
      const auto condition = parse_operator(name);
      if (!condition) return malformed("Invalid Condition type : " + std::string(name));
      if (!keys.is_object()) return bad_syntax();
      for (const auto& [key, values] : keys.get_object()) {
        const std::string_view text = key;
        if (text.find(':') == std::string_view::npos) {
          return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
        }
        Condition one = *condition;
        one.key = lower(text);
        TRY(read_values(values, one));
        out.conditions.push_back(std::move(one));
      }
    }
    return {};
  }

  // Strings, numbers and booleans alike: JSON's 10 and "10" mean the same here.
  Result<> read_values(const json::value& values, Condition& condition) const {
    using Test = Condition::Test;
    const Test test = condition.test;
    const bool folded = test == Test::StringEqualsIgnoreCase || test == Test::Bool || test == Test::Null;
    const bool wild = test == Test::StringLike || test == Test::ArnLike;
    // "…any condition that involves the string operators or the ARN operators […] can't use […] with other operators".
    const Variables replaced = test <= Test::StringLike || test == Test::ArnLike ? variables() : Variables::Off;
    const auto add = [&](const json::value& value) -> Result<> {
      if (value.is_structured() || value.is_null()) return bad_syntax();
      const std::string text = value.is_string() ? std::string(value.get_string()) : to_text(value);
      auto pattern = Pattern::compile(text, folded ? Case::Insensitive : Case::Sensitive,
                                      wild ? Wildcards::On : Wildcards::Off, replaced);
      if (!pattern) return bad_syntax();
      condition.values.push_back(*std::move(pattern));
      return {};
    };
    if (!values.is_array()) return add(values);
    for (const json::value& value : values.get_array()) TRY(add(value));
    return {};
  }

  Policy policy_;
};

}  // namespace

Result<Policy> parse_policy(std::string_view text, PolicyKind kind) { return Reader(kind).read(text); }

bool trusts_service(const Policy& trust, std::string_view service) {
  struct NoVariables : VariableSource {
    std::optional<std::string> variable(std::string_view) const override { return std::nullopt; }
  };
  return std::any_of(trust.statements.begin(), trust.statements.end(), [&](const Statement& statement) {
    const auto assume = [](const Pattern& action) { return action.matches("sts:assumerole", NoVariables()); };
    const bool named = std::any_of(statement.actions.begin(), statement.actions.end(), assume);
    const auto is_service = [&](const PrincipalMatch& match) {
      return match.kind == PrincipalMatch::Kind::Service && match.text == service;
    };
    return statement.effect == Effect::Allow && named == (statement.action_sense == Sense::Positive) &&
           statement.principal_sense == Sense::Positive &&
           std::any_of(statement.principals.begin(), statement.principals.end(), is_service);
  });
}

}  // namespace orrery::auth
