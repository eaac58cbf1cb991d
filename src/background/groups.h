// Messages in groups, each with a queue of its own, so that no group waits for another.
#pragma once

#include "background/background.h"

#include <functional>
#include <string>
#include <string_view>

namespace orrery {

// How many messages of a group may be under way at once. Asked often, on the worker's thread.
using GroupConcurrency = std::function<int(std::string_view group)>;

// As Background::on_message(), for the messages of a whole family of kinds: "FAMILY/GROUP", whatever the group. In
// reports (Ran) all of them are of the kind FAMILY. Before start(), of what make_background() has made.
void on_messages(Background& background, const std::string& family, GroupConcurrency concurrency,
                 Background::AsyncHandler handler);

}  // namespace orrery
