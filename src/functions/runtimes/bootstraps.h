// Our bootstraps of managed runtimes (runtimes/python, runtimes/node), embedded.
#pragma once

#include <string_view>

namespace orrery::functions {
std::string_view python_bootstrap();
std::string_view node_bootstrap();
// launcher/template.cc as a shared library.
std::string_view template_library();
// launcher/clock.cc, likewise.
std::string_view clock_library();
}  // namespace orrery::functions
