// AWS-managed policies that guides attach, under their real ARNs, with documents that mean the same: one file each in
// managed/, compiled in.
#pragma once

#include <span>
#include <string_view>

namespace orrery::identity {

struct ManagedPolicy {
  std::string_view arn;   // "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
  std::string_view name;  // "AWSLambdaBasicExecutionRole"
  std::string_view path;  // "/service-role/"
  std::string_view id;    // "ANPA…"
  std::string_view description;
  std::string_view service_role;  // the service-linked role that has it; empty: none
  std::string_view document;
};

std::span<const ManagedPolicy> managed_policies();  // sorted by ARN
const ManagedPolicy* find_managed_policy(std::string_view arn);

}  // namespace orrery::identity
