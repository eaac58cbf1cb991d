// Conditional requests (RFC 9110 section 13; API/API_GetObject.html, "if-match" and its like).
#pragma once

#include "base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::s3 {

// `header`: "*", or entity tags separated by commas, with or without quotes. `etag`: without quotes.
bool etag_matches(std::string_view header, std::string_view etag);

struct ReadConditions {
  std::optional<std::string> if_match, if_none_match;
  std::optional<Instant> if_modified_since, if_unmodified_since;
};

enum class Verdict : std::uint8_t { Proceed, NotModified, Failed };
struct Judgement {
  Verdict verdict = Verdict::Proceed;
  std::string_view condition{};  // which header failed: "If-Match"
};

// "If both of the If-Match and If-Unmodified-Since headers are present … If-Match evaluates to true and
// If-Unmodified-Since to false, then S3 returns 200 OK"; likewise If-None-Match decides alone beside If-Modified-Since.
Judgement judge(const ReadConditions& conditions, std::string_view etag, Instant last_modified);

}  // namespace orrery::s3
