// Shorthand for the tests of this folder.
#pragma once

#include "auth/evaluate.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace orrery::auth {

inline Policy must_parse(std::string_view text, PolicyKind kind = PolicyKind::Identity) {
  auto policy = parse_policy(text, kind);
  EXPECT_TRUE(policy.ok()) << text << ": " << (policy ? "" : policy.error().message);
  return policy ? *std::move(policy) : Policy{};
}

// A policy of the current version around the text of its statements.
inline Policy statements(const std::string& inner, PolicyKind kind = PolicyKind::Identity) {
  return must_parse(R"({"Version":"2012-10-17","Statement":[)" + inner + "]}", kind);
}

inline Principal user(std::string_view account = "111122223333", std::string_view name = "ann") {
  Principal out;
  out.kind = Principal::Kind::User;
  out.account = account;
  out.arn = "arn:aws:iam::" + out.account + ":user/" + std::string(name);
  out.user_id = "AIDAEXAMPLEEXAMPLE12";
  out.name = name;
  return out;
}

inline Principal session(std::string_view account = "111122223333") {
  Principal out;
  out.kind = Principal::Kind::RoleSession;
  out.account = account;
  out.arn = "arn:aws:sts::" + out.account + ":assumed-role/exporter/s1";
  out.role_arn = "arn:aws:iam::" + out.account + ":role/jobs/exporter";
  out.user_id = "AROAEXAMPLEEXAMPLE12:s1";
  out.name = "s1";
  return out;
}

inline Principal root(std::string_view account = "111122223333") {
  Principal out;
  out.kind = Principal::Kind::Root;
  out.account = account;
  out.arn = "arn:aws:iam::" + out.account + ":root";
  out.user_id = account;
  return out;
}

inline Principal service(std::string_view name = "events.amazonaws.com") {
  Principal out;
  out.kind = Principal::Kind::Service;
  out.arn = name;
  return out;
}

}  // namespace orrery::auth
