// The options of `orrery serve`, from one table: each is a flag, an ORRERY_… environment variable and a key of the
// --config file (YAML). A flag wins over the environment, the environment over the file.
#pragma once

#include "base/log.h"
#include "base/result.h"
#include "server/config.h"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::cli {

// The process environment, read once in main.
using Environment = std::map<std::string, std::string, std::less<>>;

struct ServeOptions {
  server::Config config;
  log::Format log_format = log::Format::Text;
  log::Level log_level = log::Level::Info;
};

// Errors have the code "Usage" and a sentence for the user; an unknown name comes with its nearest neighbour.
Result<ServeOptions> parse_serve_options(std::span<const std::string> arguments, const Environment& environment);

// The lines of --help that explain the options.
std::string serve_options_help();

}  // namespace orrery::cli
