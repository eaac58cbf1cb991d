// Receipt handles: which message of which queue, and which of its receives.
#pragma once

#include "services/sqs/messages/stored.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::sqs {

struct Handle {
  std::uint64_t queue = 0;
  MessageNumber number = 0;
  std::uint64_t receipt = 0;
};
std::string handle_text(const Handle& handle);
// nullopt: not one of ours.
std::optional<Handle> parse_handle(std::string_view text);

}  // namespace orrery::sqs
