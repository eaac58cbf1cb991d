// The Range header (RFC 9110 section 14).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::s3 {

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;

  // "bytes 0-9/100"
  std::string content_range(std::uint64_t size) const;
  bool operator==(const ByteRange&) const = default;
};

enum class RangeKind : std::uint8_t {
  Whole,  // no range, one that is malformed, or several: the header is ignored (S3 serves one range only)
  Part,
  Unsatisfiable,  // 416
};
struct RequestedRange {
  RangeKind kind = RangeKind::Whole;
  ByteRange range;
};

RequestedRange parse_range(std::string_view header, std::uint64_t size);

}  // namespace orrery::s3
