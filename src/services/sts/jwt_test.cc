#include "services/sts/jwt.h"

#include "services/sts/sts.h"

#include <gtest/gtest.h>

namespace orrery::sts {
namespace {

constexpr std::string_view kKeys =
    R"({"keys":[{"kty":"EC","kid":"ec","crv":"P-256","x":"3q-Pn-KW9XKXRAkpf6nVJu4YXbayAsYZXkAvTCKODZQ","y":"aMcM22C2hDh9Org1LuIJl02ot5DhZ8oGEaOQeOwfKGo"},{"kty":"RSA","kid":"rsa","e":"AQAB","n":")"
    "0f7eMGHFOEyNdLNbZar1Y6WcXocEEkZtSaA7UMk6PerRHiPOBPVofAxKAuxxZOMwKZsVtoV0ekzzwdzoVsDZrRltd30NGJwm11id"
    "43lgHmaEPSKIW4JZRaczV_afeR5O_CqZ-Yp9r5xaBv7ItG_zPbgfu1X5wd_19iYR6ViervaAOjrjI8b0ntVMEsWMxAJMvV3MMOIP"
    "bcXXwo7mZ-coStlbtDH5mP3HvGAPaFdLUkH10MGFAZAWTWim6TDyhx1wEe1cuWpBgwe2Vm7AnQydfEBR1qhZQkZ-w0d403vL6n9I"
    "TVKeyH5iMEUEZ8W_sAz2VgxHT2T268b2dvg5LyWC-w"
    R"("}]})";
constexpr std::string_view kEs256 =
    "eyJhbGciOiAiRVMyNTYiLCAia2lkIjogImVjIiwgInR5cCI6ICJKV1QifQ.eyJpc3MiOiAiaHR0cHM6Ly9pc3N1ZXIuZXhhbXBsZ"
    "S9yZWFsbSIsICJzdWIiOiAicmVwbzptZS9pdCIsICJhdWQiOiAic3RzLmFtYXpvbmF3cy5jb20iLCAiaWF0IjogMTc3MjMyMzIwM"
    "CwgImV4cCI6IDE3NzIzMjY4MDAsICJhbXIiOiBbInB3ZCJdfQ.UVwP-sMFN-awaCCFoES9k7nkK-b8ahhszfElyOWoJLlvDnGxl4"
    "oKxlgAbnRg8BBGcUIS67ggFoa5twY4XCHyMw";
constexpr std::string_view kRs256 =
    "eyJhbGciOiAiUlMyNTYiLCAia2lkIjogInJzYSIsICJ0eXAiOiAiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9pc3N1ZXIuZXhhbXBs"
    "ZS9yZWFsbSIsICJzdWIiOiAicmVwbzptZS9pdCIsICJhdWQiOiAic3RzLmFtYXpvbmF3cy5jb20iLCAiaWF0IjogMTc3MjMyMzIw"
    "MCwgImV4cCI6IDE3NzIzMjY4MDAsICJhbXIiOiBbInB3ZCJdfQ.SkADL9ajBJgPYRTKwdinykrkbDHdUW_ICXrO82KQlkdDtn7Mx"
    "JTya0FN77CF1pOjLiX3QXwzxXtLOvYYG9ZwcAkIfV6oq5qWhHm8Xz80l_RvutpQyYJIyeNn5Pw8cqHajh1CQdUmvhRO6GJtlkDp6"
    "sH8kOIrMwAUJ68FoG6M4F_iaKSAVCnsHXNZf4x1_GxG0sJlxE47UY-hPPdLQ4WJDioaoJ6RkTI-2SUkQ5AcTiIUlA9Nqh6BukDBm"
    "jx17Tnmr8hRbF8BzkBjVMUa_tEb9RiezOpBpYZ8Fh9Jk4oVKu0zDa0OPYS_Ufcd-uySWzSak2IpyEtpzJiAYcKzFAM6MQ";

TEST(Jwt, SignaturesOfBothKinds) {
  for (const std::string_view text : {kEs256, kRs256}) {
    const auto token = read_token(text);
    ASSERT_TRUE(token);
    EXPECT_EQ(find_string(token->claims, "sub"), "repo:me/it");
    EXPECT_EQ(verify_token(*token, kKeys), Verdict::Valid);
    auto changed = *token;
    changed.signed_part[changed.signed_part.size() - 3] ^= 1;
    EXPECT_EQ(verify_token(changed, kKeys), Verdict::BadSignature);
    auto cut = *token;
    cut.signature.pop_back();
    EXPECT_EQ(verify_token(cut, kKeys), Verdict::BadSignature);
    EXPECT_EQ(verify_token(*token, R"({"keys":[]})"), Verdict::NoKey);
    EXPECT_EQ(verify_token(*token, "no key set"), Verdict::NoKey);
  }
}

// "alg" is the key's to choose: a token that says "none", or signs with a public key as if it were a secret, is
// nothing.
TEST(Jwt, AlgorithmsThatAreNoSignatures) {
  auto token = *read_token(kRs256);
  for (const char* algorithm : {"none", "HS256", "RS512", "ES256"}) {
    token.header.as_object()["alg"] = algorithm;
    EXPECT_EQ(verify_token(token, kKeys), Verdict::NoKey) << algorithm;
  }
}

TEST(Jwt, WhatIsNoToken) {
  for (const char* text : {"", "a", "a.b", "a.b.c", "e30.e30", "e30.e30.e30.e30", "W10.e30.e30"}) {
    EXPECT_FALSE(read_token(text)) << text;
  }
}

TEST(Issuer, Names) {
  EXPECT_EQ(issuer_name("https://issuer.example/realm/"), "issuer.example/realm");
  EXPECT_EQ(issuer_name("issuer.example"), "issuer.example");
}

}  // namespace
}  // namespace orrery::sts
