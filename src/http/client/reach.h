// How far requests that go out may reach (docs/decisions/016).
#pragma once

#include <cstdint>

namespace orrery::http {

enum class Reach : std::uint8_t {
  None,   // nothing
  Https,  // other machines, over TLS
  Local,  // likewise, and this machine's loopback addresses, over TLS or not
  Any,    // all that is not refused to everybody
};

}  // namespace orrery::http
