// What an extension asks of the Telemetry API (docs.aws.amazon.com/lambda/latest/dg/telemetry-api-reference.html) or of
// its predecessor, the Logs API (…/runtimes-logs-api.html).
#pragma once

#include "base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::functions {

enum class TelemetryApi : std::uint8_t { Telemetry, Logs };
enum class TelemetryKind : std::uint8_t { Platform, Function, Extension };

inline constexpr std::array<std::string_view, 3> kTelemetryKinds = {"platform", "function", "extension"};

struct TelemetrySubscription {
  TelemetryApi api = TelemetryApi::Telemetry;
  std::array<bool, kTelemetryKinds.size()> kinds{};
  bool wants(TelemetryKind kind) const { return kinds.at(static_cast<std::size_t>(kind)); }
  std::vector<std::string> types() const;

  // Where to, within the sandbox.
  enum class Protocol : std::uint8_t { Http, Tcp } protocol = Protocol::Http;
  std::string host;  // as it was written
  std::uint16_t port = 0;
  std::string path = "/";
  std::string method = "POST";

  // A batch leaves when it has so many events, so many bytes, or is so old.
  std::size_t max_items = 1000;
  std::size_t max_bytes = std::size_t{256} * 1024;
  int timeout_ms = 1000;
};

// Error: ValidationError, what is wrong in words.
Result<TelemetrySubscription> parse_subscription(std::string_view body, TelemetryApi api);

}  // namespace orrery::functions
