// Absolute URLs of requests that go out (RFC 3986).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::http {

enum class Scheme : std::uint8_t { Http, Https };

struct Url {
  Scheme scheme = Scheme::Https;
  std::string host;  // a name in lower case, or an address; that of IPv6 without its brackets
  std::uint16_t port = 443;
  std::string target;  // path and query as given, at least "/"

  // What a Host field says: the port only where it is not the scheme's own (RFC 9110 section 7.2).
  std::string authority() const;
};

// nullopt: not an absolute http or https URL, or one with a user, a fragment, spaces or control characters.
std::optional<Url> parse_url(std::string_view text);

}  // namespace orrery::http
