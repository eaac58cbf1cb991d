#include "wire/sigv4.h"

#include "wire/sigv4_sign.h"
#include "wire/sigv4_testing.h"

#include <thread>

#include <gtest/gtest.h>

namespace orrery::wire {
namespace {

using std::chrono::minutes;

const Instant kAt = *parse_iso8601("2015-08-30T12:36:00Z");
constexpr std::string_view kScope = "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";
const std::string kSignature(64, '0');

Error read_error(ErrorStyle style, std::string_view query, const std::string& headers) {
  const testing::TextRequest text(style, "GET", "/", query, headers);
  const auto auth = read_authentication(text.request);
  EXPECT_FALSE(auth);
  return auth ? Error{} : auth.error();
}

// The answer to a request signed here, at `at`, and changed by `change`.
template <class Change>
Result<SignatureSeed> round_trip(ErrorStyle style, Instant at, Change&& change, std::string_view token = {}) {
  std::vector<std::pair<std::string_view, std::string_view>> headers = {{"Host", "127.0.0.1:4566"},
                                                                        {"X-Amz-Target", "DynamoDB.ListTables"}};
  SignedRequest request{"POST", "/a/b", "x=1&y", headers, style};
  const std::string hash = hex(view(sha256("body")));
  const auto added = sign_request(
      request, {"AKIDEXAMPLE", testing::kSecret, token, "us-east-1", style == ErrorStyle::S3 ? "s3" : "dynamodb"}, hash,
      at);
  for (const auto& [name, value] : added) headers.emplace_back(name, value);
  change(headers);
  request.headers = headers;
  return testing::verify(request, testing::kSecret, "body", kAt);
}
const auto kUnchanged = [](auto&) {};

TEST(SigV4, RoundTripInEveryStyle) {
  for (const auto style : {ErrorStyle::Json, ErrorStyle::Query, ErrorStyle::RestJson, ErrorStyle::S3}) {
    EXPECT_TRUE(round_trip(style, kAt, kUnchanged));
    EXPECT_TRUE(round_trip(style, kAt, kUnchanged, "token+/=="));
    EXPECT_TRUE(round_trip(style, kAt + minutes(15), kUnchanged));
    EXPECT_TRUE(round_trip(style, kAt - minutes(15), kUnchanged));
    const auto changed = round_trip(style, kAt, [](auto& headers) { headers[0].second = "127.0.0.1:4567"; });
    ASSERT_FALSE(changed);
    const bool json = style == ErrorStyle::Json || style == ErrorStyle::RestJson;
    EXPECT_EQ(changed.error().code, json ? "InvalidSignatureException" : "SignatureDoesNotMatch");
    EXPECT_EQ(changed.error().status, style == ErrorStyle::Json ? 400 : 403);
    // A header that is signed but not there.
    EXPECT_FALSE(round_trip(style, kAt, [](auto& headers) { headers.erase(headers.begin() + 1); }));
  }
}

TEST(SigV4, MismatchMessages) {
  const auto change = [](auto& headers) { headers[0].second = "other"; };
  const Error query = round_trip(ErrorStyle::Query, kAt, change).error();
  EXPECT_EQ(query.message,
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details.");
  const Error json = round_trip(ErrorStyle::Json, kAt, change).error();
  EXPECT_NE(
      json.message.find("The Canonical String for this request should have been\n'POST\n/a/b\nx=1&y=\nhost:other"),
      std::string::npos);
  const Error s3 = round_trip(ErrorStyle::S3, kAt, change).error();
  EXPECT_EQ(s3.message,
            "The request signature we calculated does not match the signature you provided. Check your key and signing "
            "method.");
  ASSERT_EQ(s3.fields.size(), 6U);
  EXPECT_EQ(s3.fields[0], (std::pair<std::string, std::string>("AWSAccessKeyId", "AKIDEXAMPLE")));
  EXPECT_EQ(s3.fields[1].second.substr(0, 34), "AWS4-HMAC-SHA256\n20150830T123600Z\n");
  EXPECT_EQ(s3.fields[3].second.substr(0, 11), "41 57 53 34");
}

TEST(SigV4, Skew) {
  const Error late = round_trip(ErrorStyle::Json, kAt - minutes(16), kUnchanged).error();
  EXPECT_EQ(late.code, "InvalidSignatureException");
  EXPECT_EQ(late.message,
            "Signature expired: 20150830T122000Z is now earlier than 20150830T122100Z (20150830T123600Z - 15 min.)");
  const Error early = round_trip(ErrorStyle::Query, kAt + minutes(16), kUnchanged).error();
  EXPECT_EQ(early.code, "SignatureDoesNotMatch");
  EXPECT_EQ(early.message,
            "Signature not yet current: 20150830T125200Z is still later than 20150830T125100Z (20150830T123600Z + 15 "
            "min.)");
  for (const auto skew : {minutes(16), minutes(-16)}) {
    const Error s3 = round_trip(ErrorStyle::S3, kAt + skew, kUnchanged).error();
    EXPECT_EQ(s3.code, "RequestTimeTooSkewed");
    EXPECT_EQ(s3.status, 403);
    EXPECT_EQ(s3.fields[2].second, "900000");
  }
}

TEST(SigV4, WhatMustBeSigned) {
  const Error s3 =
      round_trip(ErrorStyle::S3, kAt, [](auto& headers) { headers.emplace_back("X-Amz-Acl", "public-read"); }).error();
  EXPECT_EQ(s3.code, "AccessDenied");
  EXPECT_EQ(s3.message, "There were headers present in the request which were not signed");
  EXPECT_EQ(s3.fields[0].second, "x-amz-acl");
  EXPECT_TRUE(round_trip(ErrorStyle::S3, kAt, [](auto& headers) { headers.emplace_back("Expect", "100-continue"); }));
  EXPECT_TRUE(round_trip(ErrorStyle::Json, kAt, [](auto& headers) { headers.emplace_back("X-Amz-Acl", "x"); }));
  const std::string headers = "Host:h\nX-Amz-Date:20150830T123600Z\nAuthorization:AWS4-HMAC-SHA256 " +
                              std::string(kScope) + ", SignedHeaders=x-amz-date, Signature=" + kSignature;
  const testing::TextRequest text(ErrorStyle::Json, "GET", "/", "", headers);
  EXPECT_EQ(testing::verify(text.request, testing::kSecret, {}, kAt).error().message,
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
}

TEST(SigV4, AnonymousAndOtherTokens) {
  for (const auto style : {ErrorStyle::Json, ErrorStyle::S3}) {
    const testing::TextRequest text(style, "GET", "/", "list-type=2", "Host: h");
    EXPECT_EQ(read_authentication(text.request)->kind, AuthKind::None);
  }
  const testing::TextRequest bearer(ErrorStyle::RestJson, "GET", "/", "", "Authorization: Bearer x");
  EXPECT_EQ(read_authentication(bearer.request)->kind, AuthKind::None);
  EXPECT_EQ(read_error(ErrorStyle::S3, "", "Authorization: Bearer x").message, "Unsupported Authorization Type");
  EXPECT_EQ(testing::verify(bearer.request, "s", {}, kAt).error().code, "MissingAuthenticationTokenException");
  // Versions 2 and 4A.
  for (const char* header : {"Authorization: AWS AKID:c2ln", "Authorization: AWS4-ECDSA-P256-SHA256 Credential=a"}) {
    EXPECT_EQ(read_error(ErrorStyle::S3, "", header).code, "InvalidRequest");
    EXPECT_EQ(read_error(ErrorStyle::Query, "", header).code, "IncompleteSignature");
  }
  EXPECT_EQ(read_error(ErrorStyle::S3, "AWSAccessKeyId=a&Expires=1&Signature=b", "Host: h").code, "InvalidRequest");
}

TEST(SigV4, IncompleteHeaders) {
  EXPECT_EQ(
      read_error(ErrorStyle::Json, "", "Authorization:AWS4-HMAC-SHA256").message,
      "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. "
      "Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either "
      "a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256");
  EXPECT_EQ(read_error(ErrorStyle::Json, "", "Authorization:AWS4-HMAC-SHA256 Credential").message,
            "'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 "
            "Credential'.");
  const auto with = [](std::string_view credential, std::string_view date) {
    return "X-Amz-Date:" + std::string(date) +
           "\nAuthorization:AWS4-HMAC-SHA256 Credential=" + std::string(credential) +
           ",SignedHeaders=host,Signature=" + kSignature;
  };
  EXPECT_EQ(read_error(ErrorStyle::Json, "", with("a/b/c/d", "20150830T123600Z")).message,
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "
            "'a/b/c/d'");
  EXPECT_EQ(read_error(ErrorStyle::Json, "", with("a/b/c/d/e", "201")).message,
            "Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601");
  const Error scope = read_error(ErrorStyle::Json, "", with("a/b/c/d/e", "20150830T123600Z"));
  EXPECT_EQ(scope.code, "InvalidSignatureException");
  EXPECT_EQ(scope.message,
            "Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. Date in Credential scope "
            "does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != '20150830', from "
            "'20150830T123600Z'.");
  EXPECT_EQ(read_error(ErrorStyle::S3, "", with("a/b/c", "20150830T123600Z")).code, "AuthorizationHeaderMalformed");
  EXPECT_EQ(read_error(ErrorStyle::S3, "", with("a/20150830/c/d/e", "20150830T123600Z")).message,
            "The authorization header is malformed; incorrect terminal \"e\". This endpoint uses \"aws4_request\".");
  const std::string good = with("a/20150830/us-east-1/s3/aws4_request", "20150830T123600Z");
  EXPECT_EQ(read_error(ErrorStyle::S3, "", good).message,
            "Missing required header for this request: x-amz-content-sha256");
  EXPECT_EQ(read_error(ErrorStyle::S3, "", good + "\nx-amz-content-sha256: xyz").code, "InvalidArgument");
  EXPECT_EQ(read_error(ErrorStyle::S3, "X-Amz-Algorithm=a", good).code, "InvalidArgument");
  EXPECT_EQ(read_error(ErrorStyle::Json, "X-Amz-Algorithm=a", good).message,
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
}

TEST(SigV4, IncompleteQueries) {
  EXPECT_EQ(
      read_error(ErrorStyle::Query, "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-Date=b", "").message,
      "AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include "
      "'X-Amz-SignedHeaders'. Re-examine the query-string parameters.");
  const auto with = [](std::string_view credential, std::string_view expires) {
    return "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=s&X-Amz-SignedHeaders=host&X-Amz-Date=20150830T123600Z&"
           "X-Amz-Credential=" +
           std::string(credential) + "&X-Amz-Expires=" + std::string(expires);
  };
  const auto message = [&](std::string_view credential, std::string_view expires) {
    const Error error = read_error(ErrorStyle::S3, with(credential, expires), "");
    EXPECT_EQ(error.code, "AuthorizationQueryParametersError");
    EXPECT_EQ(error.status, 400);
    return error.message;
  };
  constexpr std::string_view kGood = "a%2F20150830%2Fus-east-1%2Fs3%2Faws4_request";
  EXPECT_EQ(message(kGood, "604801"),
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
            "604800 seconds");
  EXPECT_EQ(message(kGood, "99999999999999999999"), message(kGood, "604801"));
  EXPECT_EQ(message(kGood, "-1"), "X-Amz-Expires must be non-negative");
  EXPECT_EQ(message(kGood, "1h"), "X-Amz-Expires should be a number");
  EXPECT_EQ(message("a/b/c", "1"),
            "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "
            "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
  EXPECT_EQ(message("a/20150831/r/s3/aws4_request", "1"),
            "Invalid credential date \"20150831\". This date is not the same as X-Amz-Date: \"20150830\".");
  EXPECT_EQ(read_error(ErrorStyle::S3, "X-Amz-Credential=a", "").message,
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
            "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
}

TEST(SigV4, ErrorsOfTheCaller) {
  EXPECT_EQ(unknown_access_key(ErrorStyle::Json, "k").code, "UnrecognizedClientException");
  EXPECT_EQ(unknown_access_key(ErrorStyle::Json, "k").status, 400);
  EXPECT_EQ(unknown_access_key(ErrorStyle::RestJson, "k").status, 403);
  EXPECT_EQ(unknown_access_key(ErrorStyle::Query, "k").code, "InvalidClientTokenId");
  EXPECT_EQ(unknown_access_key(ErrorStyle::S3, "k").code, "InvalidAccessKeyId");
  EXPECT_EQ(expired_session_token(ErrorStyle::Json, "t").code, "ExpiredTokenException");
  EXPECT_EQ(expired_session_token(ErrorStyle::Query, "t").code, "ExpiredToken");
  EXPECT_EQ(expired_session_token(ErrorStyle::S3, "t").status, 400);
  EXPECT_EQ(missing_authentication(ErrorStyle::S3).code, "AccessDenied");
  EXPECT_EQ(missing_authentication(ErrorStyle::Query).code, "MissingAuthenticationToken");
  EXPECT_EQ(invalid_session_token(ErrorStyle::S3, "t").code, "InvalidToken");
  Authentication auth;
  auth.credential.service = "sts";
  EXPECT_TRUE(check_credential_service(auth, "sts", ErrorStyle::Query));
  EXPECT_EQ(check_credential_service(auth, "s3", ErrorStyle::S3).error().code, "AuthorizationHeaderMalformed");
}

// The encodings that clients may choose between are the same request; what they decode to differs, it is another.
TEST(SigV4, EncodingsAreNormalised) {
  const auto verdict = [](std::string_view sent_path, std::string_view sent_query) {
    std::vector<std::pair<std::string_view, std::string_view>> headers = {{"Host", "h"}};
    SignedRequest request{"GET", "/b/k%7Ey%28z", "prefix=a%20%2Bb&marker=", headers, ErrorStyle::S3};
    const auto added = sign_request(request, {"a", testing::kSecret, {}, "r", "s3"}, "UNSIGNED-PAYLOAD", kAt);
    for (const auto& [name, value] : added) headers.emplace_back(name, value);
    request.headers = headers;
    request.raw_path = sent_path;
    request.raw_query = sent_query;
    return testing::verify(request, testing::kSecret, {}, kAt).ok();
  };
  EXPECT_TRUE(verdict("/b/k~y(z", "marker&prefix=a+%2bb"));
  EXPECT_FALSE(verdict("/b/k~y)z", "marker&prefix=a+%2bb"));
  EXPECT_FALSE(verdict("/b/k~y(z", "marker&prefix=a++b"));
  EXPECT_FALSE(verdict("/b//k~y(z", "marker&prefix=a+%2bb"));
}

TEST(SigningKeyCache, FromManyThreads) {
  SigningKeyCache keys;
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 4000; ++i) {
        // More keys than slots, so that they push each other out; and one too long to be kept.
        const std::string secret = i % 100 == 0 ? std::string(300, 'x') : "secret" + std::to_string(i % 600);
        if (keys.get(secret, "20150830", "r", "s") != derive_signing_key(secret, "20150830", "r", "s")) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  // Parts do not run into each other.
  EXPECT_NE(keys.get("s", "2015083", "0r", "s"), keys.get("s", "20150830", "r", "s"));
}

}  // namespace
}  // namespace orrery::wire
