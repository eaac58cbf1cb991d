// One server at a time for what is in a data folder, also when the folder was copied: two that have the same schedules
// would do everything twice.
#pragma once

#include "base/random.h"
#include "base/result.h"

#include <memory>
#include <string>

namespace orrery::server {

// Claims what the folder's file "instance" names on this machine (in this network namespace, to be exact) until the
// answer is destroyed or the process ends. A folder without that file gets a name of its own. Errors carry a sentence
// for the user.
Result<std::shared_ptr<void>> claim(const std::string& data_dir, Random& random);

}  // namespace orrery::server
