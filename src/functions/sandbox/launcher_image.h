// The launcher program (launcher/main.cc), embedded.
#pragma once

#include <string_view>

namespace orrery::functions {
std::string_view launcher_image();
}
