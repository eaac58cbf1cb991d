#include "auth/policy.h"
#include "services/identity/authorization_message.h"
#include "services/identity/managed_policies.h"
#include "services/identity/mfa.h"

#include <gtest/gtest.h>

namespace orrery::identity {
namespace {

TEST(ManagedPolicies, AllOfThemParse) {
  EXPECT_GE(managed_policies().size(), 60U);
  for (const auto& policy : managed_policies()) {
    EXPECT_TRUE(auth::parse_policy(policy.document, auth::PolicyKind::Identity)) << policy.arn;
    EXPECT_EQ(find_managed_policy(policy.arn), &policy);
    EXPECT_EQ(policy.arn, "arn:aws:iam::aws:policy" + std::string(policy.path) + std::string(policy.name));
  }
  EXPECT_EQ(find_managed_policy("arn:aws:iam::aws:policy/None"), nullptr);
}

// RFC 6238 appendix B, of eight digits the last six; the seed is "12345678901234567890" in base32.
TEST(Mfa, OneTimePasswords) {
  constexpr std::string_view kSeed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  EXPECT_EQ(one_time_password(kSeed, 59 / 30), "287082");
  EXPECT_EQ(one_time_password(kSeed, 1111111109 / 30), "081804");
  EXPECT_EQ(one_time_password(kSeed, 2000000000 / 30), "279037");
  const Instant now = instant_from_ms(59'000);
  EXPECT_EQ(matching_step(kSeed, "287082", now), 1);
  EXPECT_EQ(matching_step(kSeed, one_time_password(kSeed, 2), now), 2);
  EXPECT_EQ(matching_step(kSeed, one_time_password(kSeed, 5), now), std::nullopt);
}

TEST(AuthorizationMessage, OnlyWhatWasEncodedIsDecoded) {
  const std::string text = encode_authorization_message(R"({"allowed":false})");
  EXPECT_EQ(decode_authorization_message(text), R"({"allowed":false})");
  EXPECT_EQ(text.find("allowed"), std::string::npos);
  std::string changed = text;
  changed[20] = changed[20] == 'A' ? 'B' : 'A';
  EXPECT_EQ(decode_authorization_message(changed), std::nullopt);
  EXPECT_EQ(decode_authorization_message("nonsense"), std::nullopt);
}

}  // namespace
}  // namespace orrery::identity
