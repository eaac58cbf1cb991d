// A request whose client has closed the connection before the answer: what it waits for is not for it any more. Told
// through Wakes to the operation that listens when it begins to wait; to nobody where none does.
#pragma once

#include <string>
#include <string_view>

namespace orrery {

// What to listen to in Wakes.
inline std::string departure_of(std::string_view request_id) { return std::string("departed|").append(request_id); }

}  // namespace orrery
