#include "services/s3/conditions.h"

namespace orrery::s3 {

bool etag_matches(std::string_view header, std::string_view etag) {
  while (!header.empty()) {
    const std::size_t comma = header.find(',');
    std::string_view one = header.substr(0, comma);
    header = comma == std::string_view::npos ? std::string_view() : header.substr(comma + 1);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one.size() >= 2 && one.front() == '"' && one.back() == '"') one = one.substr(1, one.size() - 2);
    if (one == "*" || one == etag) return true;
  }
  return false;
}

Judgement judge(const ReadConditions& conditions, std::string_view etag, Instant last_modified) {
  if (conditions.if_match) {
    if (!etag_matches(*conditions.if_match, etag)) return {Verdict::Failed, "If-Match"};
  } else if (conditions.if_unmodified_since && last_modified > *conditions.if_unmodified_since) {
    return {Verdict::Failed, "If-Unmodified-Since"};
  }
  if (conditions.if_none_match) {
    if (etag_matches(*conditions.if_none_match, etag)) return {Verdict::NotModified, "If-None-Match"};
  } else if (conditions.if_modified_since && last_modified <= *conditions.if_modified_since) {
    return {Verdict::NotModified, "If-Modified-Since"};
  }
  return {};
}

}  // namespace orrery::s3
