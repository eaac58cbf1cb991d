// JSON that people read, or that programs compare as text.
#pragma once

#include "base/json.h"

#include <string>

namespace orrery {

// As json::serialize(), but with numbers as everybody else writes them: 372.214, not 3.72214E2.
std::string plain_json(const json::value& value);

}  // namespace orrery
