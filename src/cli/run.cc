#include "cli/commands.h"
#include "cli/nearest.h"

#include <cstdio>

namespace orrery::cli {
namespace {

constexpr std::string_view kCommands[] = {"serve",    "clock",     "explain", "policy", "init",
                                          "runtimes", "schedules", "version", "help"};

void print_help() {
  std::printf(
      "orrery: schedules, functions, tables, buckets and permissions for clients written for AWS, on one machine,\n"
      "on a clock that you can wind.\n"
      "\n"
      "  orrery serve [options]             run the server in the foreground\n"
      "  orrery clock show                  the time that schedules live by\n"
      "  orrery clock freeze [TIME]         stop it (at TIME, ISO 8601, or where it is)\n"
      "  orrery clock run                   back to the machine's clock\n"
      "  orrery clock set TIME              let it run on from TIME\n"
      "  orrery clock advance DURATION      90s, 6m30s, 24h, 7d, PT1H30M: everything that falls due on the way runs,\n"
      "                                     in order, and is listed\n"
      "  orrery schedules [--limit N] [--json]\n"
      "                                     rules and schedules: what is due next, what ran last, late, failed\n"
      "  orrery schedules next EXPRESSION… [--timezone ZONE] [--count N] [--from TIME] [--dialect rules|scheduler]\n"
      "                                     when a cron, rate or at expression fires; needs no server\n"
      "  orrery explain REQUEST-ID          how policies judged a request, step by step\n"
      "  orrery policy suggest --principal ARN [--since TIME|SPAN]\n"
      "                                     the least policy for exactly the calls that a user, role or session made\n"
      "  orrery init [--data DIR]           make a root credential of your own for DIR\n"
      "  orrery runtimes                    the interpreters found, and the Lambda runtimes that they serve\n"
      "  orrery version\n"
      "\n"
      "Clients need three variables and nothing else:\n"
      "  AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test\n"
      "\n"
      "Options of serve; each is also an environment variable (--log-format: ORRERY_LOG_FORMAT) and a key of "
      "--config:\n"
      "%s\n"
      "clock, schedules, explain and policy find the server by --url, ORRERY_URL, AWS_ENDPOINT_URL or\n"
      "http://127.0.0.1:4566, and sign with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (test and test where unset).\n",
      serve_options_help().c_str());
}

}  // namespace

int complain(const Error& error) {
  std::fprintf(stderr, "orrery: %s\n", error.message.c_str());
  return error.code == "Usage" ? 2 : 1;
}

int run(std::span<const std::string> arguments, const Environment& environment, Clock& clock, Random& random) {
  const std::string command = arguments.empty() ? "help" : arguments[0];
  const Surroundings given{arguments.empty() ? arguments : arguments.subspan(1), environment, clock, random};
  if (command == "help" || command == "--help" || command == "-h") return print_help(), 0;
  if (command == "version" || command == "--version") return std::printf("orrery %s\n", ORRERY_VERSION), 0;
  for (const auto& word : given.arguments) {
    if (word == "--help" || word == "-h") return print_help(), 0;
  }
  if (command == "serve") return serve(given);
  if (command == "init") return init(given);
  if (command == "clock") return clock_command(given);
  if (command == "explain") return explain_command(given);
  if (command == "policy") return policy_command(given);
  if (command == "runtimes") return runtimes_command(given);
  if (command == "schedules") return schedules_command(given);
  return complain(api_error(
      "Usage", "unknown command " + command + "; did you mean " + std::string(nearest(command, kCommands)) + "?"));
}

}  // namespace orrery::cli
