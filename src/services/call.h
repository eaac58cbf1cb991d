// What an operation knows of the request it serves, besides its input.
#pragma once

#include "auth/evaluate.h"
#include "base/random.h"
#include "base/time.h"
#include "store/store.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery {

// Bytes of a request body that do not pass through the input struct (S3 uploads). The gateway feeds it after the call
// was authenticated and authorized, and checks signatures and lengths; the operation finds it in Call::payload.
class PayloadSink {
 public:
  virtual ~PayloadSink() = default;
  virtual Result<> write(std::string_view bytes) = 0;
  // All bytes have come. `trailers` are those of aws-chunked, names in lower case.
  virtual Result<> finish(const std::vector<std::pair<std::string, std::string>>& trailers) = 0;
};

// Bytes of a reply body that do not pass through the output struct (S3 downloads, streamed responses).
class ReplyBody {
 public:
  virtual ~ReplyBody() = default;
  virtual std::optional<std::uint64_t> length() const = 0;
  // The next piece; empty at the end; valid until the next call. May block on disk, not on the network.
  virtual Result<std::string_view> next() = 0;
  // For a body that somebody else is still making: whether next() answers at once, and somebody to call, once and on
  // any thread, when it does.
  virtual bool ready() const { return true; }
  virtual void when_ready(const std::function<void()>& call) { call(); }
};

// One thing that a request wants to do, to be allowed by policies.
struct Access {
  std::string action;                                        // "dynamodb:PutItem"
  std::string resource;                                      // ARN, or "*"
  std::vector<std::pair<std::string, std::string>> context;  // service condition keys: {"s3:prefix", "logs/"}
};

// What became of one Access; kept for the access log, for CloudTrail and for `orrery explain`.
struct Judged {
  std::string action, resource;
  auth::Outcome outcome = auth::Outcome::ImplicitDeny;
  auth::Source source = auth::Source::None;
  int policy = -1, statement = -1;  // as in auth::Decision
  bool enforced = true;             // false: `--iam audit` let it pass
  std::string steps;                // of a refusal: its evaluation, a JSON array; otherwise empty
  std::string policy_name;          // what the policy that decided is called; empty: none did
};

struct Call;
struct Credential;
struct Operation;

// Lets an operation ask whether its caller may do one thing more (each key of a DeleteObjects, say). Implemented by the
// gateway.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  // The AccessDenied error, with the sentence that explains it.
  virtual Result<> check(Reader& reader, const Call& call, const Access& access) = 0;
};

// What the operation adds to the reply beyond its output.
struct ReplyExtras {
  std::optional<int> status;            // instead of the model's (206 for a range)
  std::optional<std::uint64_t> length;  // Content-Length of an answer without its body (HeadObject)
  std::vector<std::pair<std::string, std::string>> headers;
  std::unique_ptr<ReplyBody> body;
};

struct Call {
  const auth::Principal* principal = nullptr;  // who asks
  const Credential* credential = nullptr;      // what the request was signed with; nullptr when a service acts
  std::string account;                         // whose resources are meant (the caller's)
  std::string region;
  Instant now;  // on the Orrery's clock, read once a request
  std::string request_id;
  std::string source_ip;
  std::string source_arn;  // when a service acts: on whose behalf (aws:SourceArn)
  bool secure = false;     // came over TLS
  // Services through which a principal's own request came, first one first ("athena.amazonaws.com"): aws:CalledVia.
  std::vector<std::string> called_via;
  bool presigned = false;              // the signature is in the query
  std::optional<Instant> signed_at;    // what the signature says, on the machine's clock
  std::optional<Instant> received_at;  // on the machine's clock
  // The chain of causes that a request belongs to ("Root=1-…;Lineage=…"): X-Amzn-Trace-Id, or what a service hands on.
  std::string trace_id;
  // How the client reached us: "http://127.0.0.1:4566", for replies that contain URLs.
  std::string endpoint;
  // Headers as sent, for what no model binds; empty when one service calls another.
  std::span<const std::pair<std::string_view, std::string_view>> request_headers;

  Random* random = nullptr;
  Authorizer* authorizer = nullptr;
  // What runs and its input, for condition keys that are looked up only when a policy names them. nullptr in unit
  // tests.
  const Operation* operation = nullptr;
  const void* input = nullptr;
  std::vector<Judged>* judged = nullptr;  // where the authorizer notes what it decided; may be nullptr
  PayloadSink* payload = nullptr;         // of a receiving operation, finished
  ReplyExtras reply;

  // The first of that name (given in lower case).
  std::optional<std::string_view> header(std::string_view lower_case_name) const;
};

}  // namespace orrery
