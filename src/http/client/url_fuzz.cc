// Any text is either no URL, or one whose parts make a request that cannot be split: no space, no control character.
#include "base/check.h"
#include "http/client/url.h"

#include <algorithm>
#include <cstddef>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto url = orrery::http::parse_url({reinterpret_cast<const char*>(data), size});
  if (!url) return 0;
  const auto plain = [](char c) { return c > ' ' && c < '\x7f'; };
  CHECK(!url->host.empty() && url->target.starts_with('/') && url->port != 0);
  CHECK(std::ranges::all_of(url->authority(), plain) && std::ranges::all_of(url->target, plain));
  const auto again = orrery::http::parse_url("https://" + url->authority() + url->target);
  CHECK(again && again->host == url->host && again->target == url->target);
  return 0;
}
