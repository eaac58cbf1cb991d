// Messages of an event stream (application/vnd.amazon.eventstream), in which replies come piece by piece
// (smithy.io/2.0/aws/amazon-eventstream.html).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::wire {

// One message: its headers (all of type string), its payload, and the checksums around them. At most 24 MiB.
std::string event_message(const std::vector<std::pair<std::string_view, std::string_view>>& headers,
                          std::string_view payload);
// An event of that name.
std::string event_message(std::string_view event, std::string_view content_type, std::string_view payload);

}  // namespace orrery::wire
