// runtimes/python/bootstrap.py, embedded.
#pragma once

#include <string_view>

namespace orrery::functions {
std::string_view python_bootstrap();
}
