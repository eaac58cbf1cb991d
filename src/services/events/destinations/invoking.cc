#include "services/events/destinations/invoking.h"

#include "base/arn.h"
#include "base/log.h"
#include "services/call.h"
#include "services/events/delivery/dead_letters.h"
#include "services/events/delivery/kinds.h"
#include "services/events/delivery/parcel.h"
#include "services/events/destinations/records.h"
#include "services/events/destinations/request.h"
#include "services/events/metrics.h"

#include <algorithm>

namespace orrery::events {
namespace {

constexpr int kTimeout_ms = 5'000;  // "a maximum client execution timeout of 5 seconds"
constexpr std::int64_t kLongestPause_s = 60;
// AWS asks for the answer's first MiB (Range); nothing of it is used.
constexpr std::size_t kMostAnswerBytes = std::size_t{1024} * 1024;

// From the message to what becomes of it, step by step; each step calls the next or `done_`, once.
class Attempt : public std::enable_shared_from_this<Attempt> {
 public:
  Attempt(Events& events, const Message& message, Parcel parcel, std::function<void(Delivered)> done)
      : events_(events),
        message_(message),
        parcel_(std::move(parcel)),
        limits_(limits_of(parcel_.target)),
        done_(std::move(done)) {}

  void begin() {
    if (too_old(message_, limits_, events_.clock.now())) {
      return expire("older than " + std::to_string(limits_.age.count()) + " s after " + std::to_string(parcel_.tries) +
                    " attempts");
    }
    const Result<> ready = look_up();
    if (!ready) return permanent(ready.error()) ? drop(said(ready.error())) : again(said(ready.error()), std::nullopt);
    if (!connection_.usable()) {
      return again("the connection " + connection_.name + " is " + connection_.state, std::nullopt);
    }
    const Instant now = events_.clock.now();
    if (!parcel_.place) {
      const Instant place = events_.pace->place(destination_.arn, destination_.rate, now);
      if (place > now) return wait_for(place);
    }
    parcel_.place.reset();
    if (!connection_.auth.OAuthParameters) return send("");
    events_.tokens->obtain(events_, connection_, [self = shared_from_this()](const Result<std::string>& token) {
      if (token) return self->send(*token);
      self->again(token.error().message, std::nullopt);
    });
  }

 private:
  static std::string said(const Error& error) { return error.code + ": " + error.message; }

  std::string summary() const { return "rule " + parcel_.rule.name + " -> " + shown_target(parcel_.target.Arn) + ": "; }

  // The destination, its connection, and whether the target's role may use it.
  Result<> look_up() {
    const auto reader = events_.store.snapshot();
    auto destination = TRY(find_destination(*reader, parcel_.target.Arn));
    if (!destination) return fail(api_error("ResourceNotFoundException", "there is no such API destination"));
    auto connection = TRY(find_connection(*reader, destination->connection_arn));
    if (!connection) return fail(api_error("ResourceNotFoundException", "its connection does not exist any more"));
    destination_ = *std::move(destination);
    connection_ = *std::move(connection);
    const Handover handover{parcel_.rule.arn, parcel_.rule.name, parcel_.bus, parcel_.target, {}, {}, parcel_.trace_id};
    const auth::Principal principal = TRY(events_.store.transact(
        [&](Transaction& tx) { return assume(events_, tx, handover, parcel_.target.RoleArn.value_or("")); }));
    Call call;
    call.principal = &principal;
    call.account = parcel_.bus.account;
    call.region = parcel_.bus.region;
    call.source_arn = parcel_.rule.arn;
    call.now = events_.clock.now();
    return events_.authorizer->check(*reader, call, {"events:InvokeApiDestination", destination_.arn, {}});
  }

  void send(const std::string& token) {
    const auto payload = input_for(parcel_.target, parcel_.rule, parcel_.event);
    if (!payload) return drop(said(payload.error()));
    http::Outgoing request =
        invocation_request({destination_, connection_, parcel_.target.HttpParameters, parcel_.event, *payload, token});
    request.timeout_ms = kTimeout_ms;
    request.limit_bytes = kMostAnswerBytes;
    const std::int64_t began = events_.clock.monotonic_us();
    events_.client->send(std::move(request),
                         [self = shared_from_this(), token, began](const Result<http::Answer>& answer) {
                           self->judge(answer, token, (self->events_.clock.monotonic_us() - began) / 1000);
                         });
  }

  void judge(const Result<http::Answer>& answer, const std::string& token, std::int64_t took_ms) {
    const Verdict verdict = verdict_on(answer, events_.clock.machine_now());
    switch (verdict.kind) {
      case Verdict::Kind::Done: {
        count_attempt(events_, parcel_, parcel_.tries, Attempted::Taken);
        Delivered delivered;
        delivered.summary = summary() + verdict.reason + " in " + std::to_string(took_ms) + " ms";
        return done_(std::move(delivered));
      }
      case Verdict::Kind::Again:
        return again(verdict.reason, verdict.after);
      case Verdict::Kind::Renew:
        // "OAUTH tokens are refreshed when a 401 or 407 response is returned" (CreateConnection): by the next attempt.
        if (token.empty() || parcel_.renewed) return drop(verdict.reason);
        events_.tokens->forget(connection_.arn, token);
        parcel_.renewed = true;
        return again(verdict.reason, std::nullopt);
      case Verdict::Kind::Dropped:
        return drop(verdict.reason);
    }
  }

  // Its turn comes later; nothing was tried.
  void wait_for(Instant place) {
    if (too_old(message_, limits_, place)) {
      return expire("the destination's rate leaves no place for it within " + std::to_string(limits_.age.count()) +
                    " s");
    }
    parcel_.place = place;
    Delivered delivered;
    delivered.retry_at = place;
    delivered.payload = pack(parcel_);
    delivered.summary = summary() + "waits for its turn";
    done_(std::move(delivered));
  }

  // "EventBridge chooses the more conservative value between the defined retry policy and the Retry-After header."
  void again(const std::string& why, std::optional<std::chrono::seconds> at_least) {
    const std::int64_t before = parcel_.tries;
    if (before >= limits_.retries) return drop(why);
    const std::int64_t pause = before >= 6 ? kLongestPause_s : std::int64_t{1} << before;
    const Instant at =
        events_.clock.now() + std::max(std::chrono::seconds(pause), at_least.value_or(std::chrono::seconds(0)));
    if (too_old(message_, limits_, at)) return drop(why);
    count_attempt(events_, parcel_, before, Attempted::PutOff);
    ++parcel_.tries;
    Delivered delivered;
    delivered.ok = false;
    delivered.retry_at = at;
    delivered.payload = pack(parcel_);
    delivered.summary = summary() + why + "; again at " + iso8601_seconds(at);
    done_(std::move(delivered));
  }

  // Tried in vain, and not tried again.
  void drop(const std::string& why) {
    count_attempt(events_, parcel_, parcel_.tries, Attempted::Refused);
    give_up(why, parcel_.tries >= limits_.retries ? "MaximumRetryAttempts" : "");
  }
  // Its time is over.
  void expire(const std::string& why) {
    count_attempt(events_, parcel_, parcel_.tries, Attempted::Expired);
    give_up(why, "MaximumEventAgeInSeconds");
  }
  void give_up(const std::string& why, std::string exhausted) {
    const LastWord last{"ErrorFromTarget", why, std::move(exhausted), parcel_.tries};
    const Result<> buried = events_.store.transact([&](Transaction& tx) { return bury(events_, tx, parcel_, last); });
    if (!buried) log::error("a dead letter of a rule is lost", {{"reason", buried.error().message}});
    Delivered delivered;
    delivered.ok = false;
    delivered.summary = summary() + "dropped, " + why;
    done_(std::move(delivered));
  }

  Events& events_;
  const Message message_;
  Parcel parcel_;
  const Limits limits_;
  const std::function<void(Delivered)> done_;
  DestinationRecord destination_;
  ConnectionRecord connection_;
};

}  // namespace

void invoke(Events& events, const Message& message, std::function<void(Delivered)> done) {
  auto parcel = open_parcel(message);
  if (!parcel || events.client == nullptr || events.authorizer == nullptr) {
    Delivered delivered;
    delivered.ok = false;
    delivered.summary = parcel ? "dropped, there is no client" : "dropped, " + parcel.error().message;
    return done(std::move(delivered));
  }
  std::make_shared<Attempt>(events, message, *std::move(parcel), std::move(done))->begin();
}

}  // namespace orrery::events
