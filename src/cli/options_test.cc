#include "cli/options.h"

#include <cstdio>
#include <fstream>

#include <gtest/gtest.h>

namespace orrery::cli {
namespace {

Result<ServeOptions> parse(std::vector<std::string> arguments, const Environment& environment = {}) {
  return parse_serve_options(arguments, environment);
}

TEST(Options, DefaultsAndFlags) {
  const auto defaults = parse({});
  ASSERT_TRUE(defaults.ok());
  EXPECT_EQ(defaults->config.port, 4566);
  EXPECT_EQ(defaults->config.host, "127.0.0.1");
  EXPECT_EQ(defaults->config.data_dir, "./data");
  EXPECT_FALSE(defaults->config.clock);

  const auto given =
      parse({"--data", "/d", "--port=99", "--durability", "relaxed", "--clock", "frozen@2026-03-01T00:00:00Z"});
  ASSERT_TRUE(given.ok());
  EXPECT_EQ(given->config.data_dir, "/d");
  EXPECT_EQ(given->config.port, 99);
  EXPECT_EQ(given->config.durability, Durability::Relaxed);
  EXPECT_EQ(given->config.clock->frozen_at, parse_iso8601("2026-03-01"));
}

TEST(Options, UnknownNamesNameTheirNeighbour) {
  EXPECT_EQ(parse({"--prot", "1"}).error().message, "unknown flag --prot; did you mean --port?");
  EXPECT_EQ(parse({"serve"}).error().code, "Usage");
  EXPECT_EQ(parse({}, {{"ORRERY_DURABLITY", "full"}}).error().message,
            "unknown environment variable ORRERY_DURABLITY; did you mean ORRERY_DURABILITY?");
  EXPECT_TRUE(parse({}, {{"ORRERY_URL", "http://x"}, {"HOME", "/"}}).ok());
}

TEST(Options, SeveralAccountsAndIssuers) {
  const auto given = parse({"--account-root", "111122223333:AKIAONE:secret:with:colons", "--account-root",
                            "444455556666:AKIATWO:other", "--oidc-issuer", "https://issuer.example=/keys.json"});
  ASSERT_TRUE(given.ok());
  ASSERT_EQ(given->config.accounts.size(), 2U);
  EXPECT_EQ(given->config.accounts[0].account, "111122223333");
  EXPECT_EQ(given->config.accounts[0].root.access_key, "AKIAONE");
  EXPECT_EQ(given->config.accounts[0].root.secret, "secret:with:colons");
  ASSERT_EQ(given->config.oidc_issuers.size(), 1U);
  EXPECT_EQ(given->config.oidc_issuers[0].jwks_file, "/keys.json");
  for (const char* wrong : {"1:a:b", "111122223333:a", "111122223333::b", "111122223333:a:"}) {
    EXPECT_EQ(parse({"--account-root", wrong}).error().code, "Usage") << wrong;
  }
  EXPECT_EQ(parse({"--account-root", "111122223333:test:x"}).error().code, "Usage");
  EXPECT_EQ(parse({"--oidc-issuer", "http://plain.example=/x"}).error().code, "Usage");

  const std::string path = testing::TempDir() + "/accounts.yaml";
  std::ofstream(path) << "accounts:\n  - id: \"111122223333\"\n    access-key: AKIAONE\n    secret: s\n"
                         "  - 444455556666:AKIATWO:other\n";
  const auto filed = parse({"--config", path});
  ASSERT_TRUE(filed.ok());
  ASSERT_EQ(filed->config.accounts.size(), 2U);
  EXPECT_EQ(filed->config.accounts[1].root.secret, "other");
  std::remove(path.c_str());
}

TEST(Options, FlagBeatsVariableBeatsFile) {
  const std::string path = testing::TempDir() + "/options.yaml";
  std::ofstream(path) << "port: 1\naccount: \"111122223333\"\nlog-format: json\n";
  const auto options = parse({"--config", path, "--log-format", "text"}, {{"ORRERY_PORT", "2"}});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->config.port, 2);
  EXPECT_EQ(options->config.account, "111122223333");
  EXPECT_EQ(options->log_format, log::Format::Text);
  std::ofstream(path) << "prt: 1\n";
  EXPECT_EQ(parse({"--config", path}).error().message, path + ": unknown key prt; did you mean port?");
  std::remove(path.c_str());
}

TEST(Options, BadValuesSayWhatWouldBeGood) {
  EXPECT_EQ(parse({"--port", "70000"}).error().message, "--port: \"70000\" is not a number from 0 to 65535");
  EXPECT_EQ(parse({"--durability", "some"}).error().message, "--durability: \"some\" is not one of: full, relaxed");
  EXPECT_EQ(parse({"--port"}).error().message, "--port needs a value");
  EXPECT_FALSE(parse({"--clock", "frozen@soon"}).ok());
  EXPECT_FALSE(parse({"--account", "12"}).ok());
  EXPECT_FALSE(parse({"--table-delay", "-1s"}).ok());
  EXPECT_EQ(parse({"--table-delay", "500ms"})->config.table_delay, Millis(500));
  EXPECT_FALSE(parse({"--dynamodb-throttle", "yes"}).ok());
  EXPECT_FALSE(parse({"--outbound", "everywhere"}).ok());
  EXPECT_EQ(parse({})->config.outbound, std::nullopt);
  EXPECT_EQ(parse({"--outbound", "https"})->config.outbound, http::Reach::Https);
  EXPECT_TRUE(parse({"--dynamodb-throttle", "on"})->config.dynamodb_throttle);
  EXPECT_EQ(parse({})->config.event_rules, 300U);
  EXPECT_EQ(parse({"--event-rules", "1000"})->config.event_rules, 1000U);
  EXPECT_FALSE(parse({"--tls-cert", "a.pem"}).ok());
}

}  // namespace
}  // namespace orrery::cli
