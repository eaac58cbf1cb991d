#include "services/lambda/invocation/lineage.h"

#include "base/encode.h"

#include <charconv>
#include <vector>

namespace orrery::lambda {
namespace {

// Clients write it: what is absurdly long is cut.
constexpr std::size_t kMostEntries = 32;
constexpr std::size_t kMostHeaderBytes = 2048;

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

std::string hash_of(std::string_view function_arn) { return hex(view(sha256(function_arn))).substr(0, 8); }

// "1:0a1b2c3d:4" of that hash -> 4
int count_in(std::string_view entry, std::string_view hash) {
  const auto parts = split(entry, ':');
  int count = 0;
  if (parts.size() != 3 || parts[1] != hash) return 0;
  const auto read = std::from_chars(parts[2].data(), parts[2].data() + parts[2].size(), count);
  return read.ec == std::errc() && count > 0 ? count : 0;
}

// As X-Ray makes them (docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader).
std::string new_root(Random& random, Instant now) {
  std::string seconds(8, '0');
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, epoch_ms(now) / 1000, 16).ptr;
  const std::string_view text(digits, static_cast<std::size_t>(end - digits));
  seconds.replace(seconds.size() - std::min(seconds.size(), text.size()), std::string::npos, text);
  return "Root=1-" + seconds + "-" + random.token(24, kLowerHex) + ";Parent=" + random.token(16, kLowerHex) +
         ";Sampled=0";
}

}  // namespace

TraceStep step_into(std::string_view trace_id, std::string_view function_arn, Random& random, Instant now) {
  const std::string hash = hash_of(function_arn);
  TraceStep step;
  std::string kept;
  std::vector<std::string_view> entries;
  bool rooted = false;
  for (const std::string_view part : split(trace_id.substr(0, kMostHeaderBytes), ';')) {
    if (part.starts_with("Lineage=")) {
      entries = split(part.substr(8), '|');
      continue;
    }
    rooted = rooted || part.starts_with("Root=");
    kept.append(kept.empty() ? "" : ";").append(part);
  }
  step.trace_id = rooted ? kept : new_root(random, now);
  std::string lineage;
  for (const std::string_view entry : entries) {
    if (const int count = count_in(entry, hash); count > 0) {
      step.times = count + 1;
    } else if (entries.size() <= kMostEntries) {
      lineage.append(entry).append("|");
    }
  }
  step.trace_id += ";Lineage=" + lineage + "1:" + hash + ":" + std::to_string(step.times);
  return step;
}

}  // namespace orrery::lambda
