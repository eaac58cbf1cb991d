// Our bootstraps of managed runtimes (runtimes/python, runtimes/node), embedded.
#pragma once

#include <string_view>

namespace orrery::functions {
std::string_view python_bootstrap();
std::string_view node_bootstrap();
}  // namespace orrery::functions
