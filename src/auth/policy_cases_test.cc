// The cases of tests/policy/cases.json, and what must hold for each of them whatever it expects: another deny never
// allows, and the order of statements and of policies never matters.
#include "auth/evaluate.h"
#include "auth/test_support.h"
#include "base/json.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

namespace orrery::auth {
namespace {

Principal principal_of(std::string_view name) {
  const Instant now = *parse_iso8601("2026-03-01T12:00:00Z");
  if (name == "user") return user();
  if (name == "root") return root();
  if (name == "service") return service();
  if (name == "anonymous") return {};
  Principal out = session();
  out.token_issued = now - Millis(3'600'000);
  out.source_identity = "ann@example.com";
  out.federated_provider = "issuer.example";
  if (name == "mfa") out.mfa_at = now - Millis(600'000);
  if (name == "session") out.session_tags.emplace_back("team", "green");
  if (name == "federated") {
    out = user();
    out.kind = Principal::Kind::FederatedUser;
    out.issuer_arn = out.arn;
    out.arn = "arn:aws:sts::111122223333:federated-user/bob";
    out.name = "bob";
    out.user_id = "111122223333:bob";
    out.token_issued = now - Millis(3'600'000);
  }
  if (name == "web") {
    out = {};
    out.kind = Principal::Kind::WebIdentity;
    out.arn = "arn:aws:iam::111122223333:oidc-provider/issuer.example";
  }
  return out;
}

// One case, read; evaluated as it is or changed.
struct Case {
  explicit Case(const json::value& source) : document(source), name(text_of(source, "name")) {
    who = principal_of(text_of(source, "principal"));
    action = text_of(source, "action");
    resource = text_of(source, "resource");
    owner = text_of(source, "owner");
    read_all("identity", identity);
    read_all("session", session);
    read_one("boundary", boundary, PolicyKind::Identity);
    read_one("resource_policy", resource_policy, PolicyKind::Resource);
    read_one("trust", resource_policy, PolicyKind::Trust);
    if (const json::value* context_values = find(source, "context")) {
      for (const auto& [key, values] : context_values->as_object()) {
        Context::Values list;
        for (const json::value& value : values.as_array()) list.emplace_back(value.as_string());
        context.set(key, std::move(list));
      }
    }
    if (const json::value* given = find(source, "tags")) {
      for (const auto& [key, value] : given->as_object()) tags.emplace_back(key, value.as_string());
    }
  }

  void read_all(std::string_view member, std::vector<Policy>& out) const {
    const json::value* list = find(document, member);
    if (list == nullptr) return;
    for (const json::value& one : list->as_array()) out.push_back(must_parse(to_text(one)));
  }
  void read_one(std::string_view member, std::optional<Policy>& out, PolicyKind kind) const {
    if (const json::value* one = find(document, member)) out = must_parse(to_text(*one), kind);
  }

  Trace run() const {
    std::vector<const Policy*> identities;
    std::vector<const Policy*> sessions;
    for (const Policy& policy : identity) identities.push_back(&policy);
    for (const Policy& policy : session) sessions.push_back(&policy);
    Policies policies;
    policies.identity = identities;
    policies.session = sessions;
    policies.boundary = boundary ? &*boundary : nullptr;
    policies.resource = resource_policy ? &*resource_policy : nullptr;
    Request request;
    request.principal = &who;
    request.action = action;
    request.resource = resource;
    request.resource_account = owner;
    request.context = &context;
    request.now = *parse_iso8601("2026-03-01T12:00:00Z");
    request.principal_tags = tags;
    Trace out = trace(request, policies);
    EXPECT_EQ(out.decision.allowed(), denial_message(request, out.decision).empty()) << name;
    EXPECT_FALSE(out.steps.empty()) << name;
    out.decision.statement = nullptr;  // it points into this case
    return out;
  }

  // Every list of statements and of policies the other way round.
  void reverse() {
    const auto turn = [](Policy& policy) { std::reverse(policy.statements.begin(), policy.statements.end()); };
    std::for_each(identity.begin(), identity.end(), turn);
    std::for_each(session.begin(), session.end(), turn);
    std::reverse(identity.begin(), identity.end());
    std::reverse(session.begin(), session.end());
    if (boundary) turn(*boundary);
    if (resource_policy) turn(*resource_policy);
  }

  json::value document;
  std::string name, action, resource, owner;
  Principal who;
  std::vector<Policy> identity, session;
  std::optional<Policy> boundary, resource_policy;
  Context context;
  std::vector<std::pair<std::string, std::string>> tags;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = [] {
    std::ifstream file(POLICY_CASES);
    std::stringstream text;
    text << file.rdbuf();
    const auto document = parse_json(text.str());
    std::vector<Case> out;
    EXPECT_TRUE(document.ok()) << POLICY_CASES;
    if (document) {
      for (const json::value& one : document->as_array()) out.emplace_back(one);
    }
    return out;
  }();
  return all;
}

std::string_view name_of(Outcome outcome) {
  return outcome == Outcome::Allowed ? "Allowed" : outcome == Outcome::ExplicitDeny ? "ExplicitDeny" : "ImplicitDeny";
}

std::string_view name_of(Source source) {
  constexpr std::string_view kNames[] = {"none", "identity", "resource", "boundary", "session", "trust"};
  return kNames[static_cast<int>(source)];
}

TEST(PolicyCases, Decisions) {
  EXPECT_GE(cases().size(), 500U);
  for (const Case& one : cases()) {
    const Trace traced = one.run();
    std::string steps;
    for (const std::string& step : traced.steps) steps += "\n  " + step;
    EXPECT_EQ(name_of(traced.decision.outcome), text_of(one.document, "expect")) << one.name << steps;
    EXPECT_EQ(name_of(traced.decision.source), text_of(one.document, "by")) << one.name << steps;
  }
}

TEST(PolicyCases, OrderNeverMatters) {
  for (const Case& one : cases()) {
    Case turned = one;
    turned.reverse();
    const Decision before = one.run().decision;
    const Decision after = turned.run().decision;
    EXPECT_EQ(before.outcome, after.outcome) << one.name;
    EXPECT_EQ(before.source, after.source) << one.name;
  }
}

// What a statement says that applies to everything, in every kind of policy that the case can have.
TEST(PolicyCases, ADenyNeverAllows) {
  const Policy deny = statements(R"({"Effect":"Deny","Action":"*","Resource":"*"})");
  const Policy narrow = statements(R"({"Effect":"Deny","Action":"s3:PutObject","Resource":"*"})");
  for (const Case& one : cases()) {
    const bool allowed = one.run().decision.allowed();
    for (const Policy* more : {&deny, &narrow}) {
      Case stricter = one;
      stricter.identity.push_back(*more);
      if (!stricter.session.empty()) stricter.session.push_back(*more);
      EXPECT_TRUE(allowed || !stricter.run().decision.allowed()) << one.name;
    }
    if (!one.resource_policy) continue;
    Case stricter = one;
    Statement everything = deny.statements[0];
    everything.principal_sense = Sense::Positive;
    everything.principals.push_back({PrincipalMatch::Kind::Everyone, ""});
    if (one.resource_policy->kind == PolicyKind::Trust) everything.resource_sense = Sense::Absent;
    stricter.resource_policy->statements.push_back(everything);
    EXPECT_EQ(stricter.run().decision.outcome, Outcome::ExplicitDeny) << one.name;
  }
}

// A boundary or a session policy that does not allow never adds a permission.
TEST(PolicyCases, LimitsNeverAllow) {
  const Policy nothing = statements(R"({"Effect":"Allow","Action":"none:Nothing","Resource":"*"})");
  for (const Case& one : cases()) {
    if (one.run().decision.allowed()) continue;
    if (!one.boundary) {
      Case bounded = one;
      bounded.boundary = nothing;
      EXPECT_FALSE(bounded.run().decision.allowed()) << one.name;
    }
    Case narrowed = one;
    narrowed.session.push_back(nothing);
    EXPECT_FALSE(narrowed.run().decision.allowed()) << one.name;
  }
}

}  // namespace
}  // namespace orrery::auth
