#include "http/client/url.h"

#include "http/message.h"

#include <algorithm>
#include <charconv>

namespace orrery::http {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

std::uint16_t usual_port(Scheme scheme) { return scheme == Scheme::Https ? kHttpsPort : kHttpPort; }

bool is_plain(char c) { return c > ' ' && c < '\x7f'; }

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::optional<Scheme> take_scheme(std::string_view& rest) {
  for (const auto& [name, scheme] :
       {std::pair{std::string_view("https://"), Scheme::Https}, std::pair{std::string_view("http://"), Scheme::Http}}) {
    if (!equals_ignoring_case(rest.substr(0, name.size()), name)) continue;
    rest.remove_prefix(name.size());
    return scheme;
  }
  return std::nullopt;
}

bool take_port(std::string_view text, std::uint16_t& port) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  return failed == std::errc() && end == text.data() + text.size() && port != 0;
}

// "host", "host:1", "[::1]", "[::1]:1".
bool take_authority(std::string_view text, Url& url) {
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos || end == 1) return false;
    url.host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
    const auto of_address = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
    };
    std::ranges::transform(url.host, url.host.begin(), lower);
    if (!std::ranges::all_of(url.host, of_address)) return false;
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    url.host = text.substr(0, colon);
    rest = text.substr(colon);
    std::ranges::transform(url.host, url.host.begin(), lower);
    if (url.host.empty() || !std::ranges::all_of(url.host, is_name_character)) return false;
  }
  if (rest.empty()) return true;
  return rest[0] == ':' && take_port(rest.substr(1), url.port);
}

}  // namespace

std::string Url::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != usual_port(scheme)) text.append(":").append(std::to_string(port));
  return text;
}

std::optional<Url> parse_url(std::string_view text) {
  if (!std::ranges::all_of(text, is_plain) || text.find('#') != std::string_view::npos) return std::nullopt;
  const auto scheme = take_scheme(text);
  if (!scheme) return std::nullopt;
  Url url;
  url.scheme = *scheme;
  url.port = usual_port(*scheme);
  const auto end = std::min(text.find_first_of("/?"), text.size());
  if (!take_authority(text.substr(0, end), url)) return std::nullopt;
  url.target = text.substr(end);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

}  // namespace orrery::http
