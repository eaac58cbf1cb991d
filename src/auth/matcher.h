// The request beside one statement after the other. Internal to auth/: evaluate() and trace() share it.
#pragma once

#include "auth/evaluate.h"
#include "auth/request_keys.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::auth {

struct Hit {
  const Statement* statement = nullptr;
  int index = -1;
  explicit operator bool() const { return statement != nullptr; }
};

// What one policy says of the request. With a deny the rest is not looked at.
struct Verdict {
  Hit deny;
  Hit allow;
  Grant grant = Grant::None;  // of the strongest allowing statement; Direct for policies without Principal
};

// The request, with what every statement's comparison needs prepared once.
class Matcher {
 public:
  explicit Matcher(const Request& request) : request_(request), keys_(request), resource_(request.resource) {
    const std::string_view action = request.action;
    char* out = short_.data();
    if (action.size() > short_.size()) {
      long_.resize(action.size());
      out = long_.data();
    }
    std::transform(action.begin(), action.end(), out,
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    action_ = Candidate({out, action.size()});
  }
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  Verdict read(const Policy& policy) const {
    Verdict verdict;
    for (std::size_t i = 0; i < policy.statements.size(); ++i) {
      const Statement& statement = policy.statements[i];
      const bool deny = statement.effect == Effect::Deny;
      if (!deny && verdict.grant == Grant::Direct) continue;  // nothing to gain
      const Grant grant = applies(statement);
      if (grant == Grant::None) continue;
      const Hit hit{&statement, static_cast<int>(i)};
      if (deny) {
        verdict.deny = hit;
        return verdict;
      }
      if (grant > verdict.grant) {
        verdict.allow = hit;
        verdict.grant = grant;
      }
    }
    return verdict;
  }

  // Cheapest tests first.
  Grant applies(const Statement& statement) const {
    if (!element(statement.action_sense, statement.actions, action_)) return Grant::None;
    if (statement.resource_sense != Sense::Absent &&
        !element(statement.resource_sense, statement.resources, resource_)) {
      return Grant::None;
    }
    const Grant grant = principal(statement);
    if (grant == Grant::None) return grant;
    for (const Condition& condition : statement.conditions) {
      if (!holds(condition, keys_)) return Grant::None;
    }
    return grant;
  }

  // Which part of the statement keeps it from applying; empty when it applies.
  std::string obstacle(const Statement& statement) const;

 private:
  bool element(Sense sense, const std::vector<Pattern>& patterns, const Candidate& text) const {
    for (const Pattern& pattern : patterns) {
      if (pattern.matches(text, keys_)) return sense == Sense::Positive;
    }
    return sense == Sense::Negated;
  }

  Grant principal(const Statement& statement) const {
    if (statement.principal_sense == Sense::Absent) return Grant::Direct;
    if (statement.principal_sense == Sense::Negated) {
      return exempt(statement.principals, *request_.principal) ? Grant::None : Grant::Direct;
    }
    Grant best = Grant::None;
    for (const PrincipalMatch& match : statement.principals) {
      best = std::max(best, grant_of(match, *request_.principal));
    }
    return best;
  }

  const Request& request_;
  RequestKeys keys_;
  std::array<char, 96> short_{};
  std::string long_;
  Candidate action_{{}};
  Candidate resource_;
};

}  // namespace orrery::auth
