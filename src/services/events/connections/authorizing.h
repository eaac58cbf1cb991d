// OAuth: tokens of the client credentials grant (RFC 6749 section 4.4), and the state of connections that need them.
#pragma once

#include "http/client/client.h"
#include "services/events/connections/records.h"
#include "services/events/events.h"

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace orrery::events {

inline constexpr std::string_view kAuthorize = "events.authorize";
inline constexpr int kAuthorizations = 8;  // under way at once

// Has the connection tried; its state says what came of it.
Result<> post_authorization(Events& events, Transaction& tx, const ConnectionRecord& connection, Instant now);
// The handler.
void authorize(Events& events, const Message& message, std::function<void(Delivered)> done);

struct Token {
  std::string header;                     // what an Authorization field says
  std::optional<std::int64_t> lasts_s{};  // nullopt: the endpoint does not say
};
http::Outgoing token_request(const CreateConnectionOAuthRequestParameters& oauth);
// Errors: "AuthorizationRefused" (no use to try again), "AuthorizationFailed" (may pass). Neither tells a secret.
Result<Token> read_token(const Result<http::Answer>& answer);

// Tokens in memory, one a connection, asked for once for all who wait. Their time is the machine's: it is the
// endpoint's, too.
class Tokens {
 public:
  using Done = std::function<void(Result<std::string>)>;

  // The Authorization header's value. `done` is called once, on this thread or the client's. Errors as read_token().
  void obtain(Events& events, const ConnectionRecord& connection, Done done);
  // The endpoint has refused it (401, 407): the next one asks for another.
  void forget(const std::string& connection_arn, const std::string& header);

 private:
  struct Entry {
    std::string header;  // empty: on its way
    std::optional<Instant> expires;
    std::vector<Done> waiting;
  };
  void arrived(Events& events, const ConnectionRecord& connection, const Result<Token>& token);

  std::mutex mutex_;
  std::map<std::string, Entry> entries_;  // by ARN and revision
};

}  // namespace orrery::events
