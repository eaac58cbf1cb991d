// The commands of `orrery`. Each returns the program's exit status: 0 well, 1 failed, 2 used wrongly.
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "cli/options.h"

#include <span>
#include <string>
#include <vector>

namespace orrery::cli {

// What main hands down.
struct Surroundings {
  std::span<const std::string> arguments;  // behind the command's name
  const Environment& environment;
  Clock& clock;
  Random& random;
};

int serve(const Surroundings& given);  // returns when SIGTERM or SIGINT has come and requests in flight are finished
int init(const Surroundings& given);
int clock_command(const Surroundings& given);
int explain_command(const Surroundings& given);
int policy_command(const Surroundings& given);
int runtimes_command(const Surroundings& given);
int schedules_command(const Surroundings& given);

// Where interpreters for functions are looked for, in order.
std::vector<std::string> interpreter_dirs();

// Says what went wrong on standard error; the exit status for it.
int complain(const Error& error);

// The root credential of a data folder: made by `orrery init`, test/test where there is none.
Result<> load_root_credential(server::Config& config);

// `orrery …`, whole.
int run(std::span<const std::string> arguments, const Environment& environment, Clock& clock, Random& random);

}  // namespace orrery::cli
