// Where time, randomness and the environment enter the program; everything below is handed them.
#include "cli/commands.h"

#include <string>
#include <vector>

#include <unistd.h>

int main(int count, char** words) {
  const std::vector<std::string> arguments(words + 1, words + count);
  orrery::cli::Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text(*entry);
    const auto equals = text.find('=');
    environment[text.substr(0, equals)] = equals == std::string::npos ? "" : text.substr(equals + 1);
  }
  orrery::Clock clock;
  orrery::Random random;
  return orrery::cli::run(arguments, environment, clock, random);
}
