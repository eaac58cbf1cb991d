// Names of the objects that are written: prefixes with expressions, and what follows them
// (docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html, s3-object-name.html). Pure functions.
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::firehose {

inline constexpr std::string_view kProcessingFailed = "processing-failed";

struct PrefixFacts {
  Instant at;              // of the oldest record
  std::string zone;        // IANA's name; empty: UTC
  std::string error_type;  // "processing-failed"; empty: of a prefix for good records
  std::string random;      // what !{firehose:random-string} becomes: 11 characters for each
};

// Errors, InvalidArgumentException: an expression that is unknown, or not allowed there.
Result<> check_prefixes(const std::optional<std::string>& prefix, const std::optional<std::string>& error_prefix,
                        const std::string& zone);
std::string evaluated_prefix(const std::optional<std::string>& prefix, const PrefixFacts& facts);
std::string evaluated_error_prefix(const std::optional<std::string>& prefix,
                                   const std::optional<std::string>& error_prefix, const PrefixFacts& facts);

// "NAME-VERSION-yyyy-MM-dd-HH-mm-ss-UUID" and the extension.
std::string object_suffix(std::string_view stream, std::int64_t version, const PrefixFacts& facts,
                          std::string_view uuid, std::string_view extension);

// A Java DateTimeFormatter pattern, of the letters that a date and a time need; nullopt: it has others.
std::optional<std::string> formatted(std::string_view pattern, Instant at, std::string_view zone);

}  // namespace orrery::firehose
