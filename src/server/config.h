// What main has decided: everything that the server may vary by. No code below reads flags, files or the environment.
#pragma once

#include "base/clock.h"
#include "http/client/reach.h"
#include "schedule/catch_up.h"
#include "store/store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orrery::server {

struct RootCredential {
  std::string access_key = "test";
  std::string secret = "test";
};

// The root of a further account in the same server.
struct AccountRoot {
  std::string account;
  RootCredential root;
};

// An OpenID Connect issuer whose tokens are taken (sts:AssumeRoleWithWebIdentity), and the file with its key set.
struct OidcIssuer {
  std::string url, jwks_file;
};

struct Config {
  std::string data_dir;
  std::string host = "127.0.0.1";
  std::uint16_t port = 4566;
  Durability durability = Durability::Full;
  std::optional<Clock::State> clock;  // nullopt: as it was when the server last stopped
  std::string account = "000000000000";
  std::string tls_certificate, tls_key;  // PEM files; both or neither
  RootCredential root;
  std::vector<AccountRoot> accounts;
  std::vector<OidcIssuer> oidc_issuers;
  bool root_is_default = true;  // test/test: good for loopback only
  unsigned threads = 2;
  schedule::CatchUp catch_up;                 // what becomes of ticks that were missed, where no tag says it
  Millis table_delay{0};                      // how long a new table is CREATING
  bool iam_audit = false;                     // what policies refuse is logged, and passes
  std::size_t access_log_mb = 32;             // what the access log may take in the store; 0: there is none
  Millis function_delay{0};                   // how long a new function is Pending, a changed one InProgress
  std::size_t event_rules = 300;              // how many an event bus may have
  bool dynamodb_throttle = false;             // whether provisioned throughput is enforced
  std::optional<http::Reach> outbound;        // nullopt: Local when `host` is a loopback address, otherwise Https
  std::string self_path;                      // this program's file
  std::vector<std::string> interpreter_dirs;  // where python3.* is looked for, in order
};

}  // namespace orrery::server
