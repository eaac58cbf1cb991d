// Points and spans of time. All of Orrery counts milliseconds since the Unix epoch, UTC.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace orrery {

using Millis = std::chrono::milliseconds;
using Instant = std::chrono::sys_time<Millis>;

inline Instant instant_from_ms(long long epoch_ms) { return Instant(Millis(epoch_ms)); }
inline long long epoch_ms(Instant t) { return t.time_since_epoch().count(); }

// "2026-03-01T17:00:00Z" (seconds), "2026-03-01T17:00:00.123Z" (milliseconds).
std::string iso8601_seconds(Instant t);
std::string iso8601_millis(Instant t);
// "20260301T170000Z", as SigV4 writes it.
std::string iso8601_basic(Instant t);
// "Sun, 01 Mar 2026 17:00:00 GMT" (RFC 9110 section 5.6.7).
std::string http_date(Instant t);

// Accepts the forms above and "2026-03-01", "2026-03-01T17:00Z", "2026-03-01T17:00:00+01:00"; nullopt otherwise.
std::optional<Instant> parse_iso8601(std::string_view text);
std::optional<Instant> parse_iso8601_basic(std::string_view text);
std::optional<Instant> parse_http_date(std::string_view text);

// "90s", "6m30s", "24h", "7d", "250ms", or ISO 8601 ("PT1H30M", "P7D"). Never negative; nullopt when malformed.
std::optional<Millis> parse_duration(std::string_view text);
// 5400000 ms -> "1h30m".
std::string format_duration(Millis span);

}  // namespace orrery
