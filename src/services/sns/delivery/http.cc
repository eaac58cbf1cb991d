#include "services/sns/delivery/http.h"

#include "base/encode.h"
#include "services/sns/delivery/delivery_policy.h"
#include "services/sns/delivery/documents.h"
#include "services/sns/delivery/handing_over.h"
#include "services/sns/metrics.h"

#include <algorithm>

namespace orrery::sns {
namespace {

constexpr int kTimeout_ms = 15'000;

// "https://user:password@host/…" is how an endpoint says its credentials.
struct Target {
  std::string url, authorization;
};
Target target_of(const std::string& endpoint) {
  const auto scheme = endpoint.find("://");
  if (scheme == std::string::npos) return {endpoint, {}};
  const auto begin = scheme + 3;
  const auto end = std::min(endpoint.find_first_of("/?#", begin), endpoint.size());
  const auto at = endpoint.rfind('@', end);
  if (at == std::string::npos || at < begin) return {endpoint, {}};
  const auto user = percent_decode(std::string_view(endpoint).substr(begin, at - begin));
  return {endpoint.substr(0, begin) + endpoint.substr(at + 1), "Basic " + base64(user.value_or(""))};
}

// "HTTP status codes 100 to 101 and 500 to 599, and 429, are retried"; other refusals are the endpoint's last word.
bool final(const Result<http::Answer>& answer) {
  if (!answer) return answer.error().code == "NotReachable" || answer.error().code == "InvalidUrl";
  return answer->status >= 400 && answer->status < 500 && answer->status != 429;
}

std::string said(const Result<http::Answer>& answer) {
  if (!answer) return answer.error().code + ": " + answer.error().message;
  return "HTTP status " + std::to_string(answer->status);
}

class Attempt : public std::enable_shared_from_this<Attempt> {
 public:
  Attempt(Sns& sns, Parcel parcel, std::function<void(Delivered)> done)
      : sns_(sns), parcel_(std::move(parcel)), done_(std::move(done)) {}

  void begin() {
    if (!parcel_.failure.empty()) return end();
    auto request = prepare();
    if (!request) return again(request.error().code + ": " + request.error().message);
    if (!*request) return finish(true, "not needed any more, the subscription is gone");
    if (sns_.client == nullptr) return again("there is no client");
    if (policy_.per_second > 0 && !parcel_.placed) {
      const Instant now = sns_.clock.now();
      const Instant place = sns_.pace.place(parcel_.subscription.arn(), policy_.per_second, now);
      if (place > now) return wait_for(place);
    }
    sns_.client->send(**std::move(request),
                      [self = shared_from_this()](const Result<http::Answer>& answer) { self->judge(answer); });
  }

 private:
  // nullopt: nobody wants it any more.
  Result<std::optional<http::Outgoing>> prepare() {
    const auto reader = sns_.store.snapshot();
    auto current = TRY(renewed(*reader, parcel_));
    if (!current) return std::optional<http::Outgoing>();
    parcel_ = *std::move(current);
    const SubscriptionRecord& subscription = parcel_.subscription;
    const auto topic = TRY(find_topic(*reader, subscription.topic));
    policy_ = delivery_policy_of(topic.value_or(TopicRecord()), subscription);
    const bool raw = subscription.raw() && parcel_.type == MessageType::Notification;
    http::Outgoing request;
    Target target = target_of(subscription.endpoint);
    request.url = std::move(target.url);
    request.timeout_ms = kTimeout_ms;
    request.body = raw ? parcel_.published.text_for(subscription.protocol)
                       : TRY(document_of(sns_, parcel_, TRY(signature_version(*reader, subscription.topic))));
    request.headers.add("x-amz-sns-message-type", std::string(name_of(parcel_.type)));
    request.headers.add("x-amz-sns-message-id", parcel_.published.id);
    request.headers.add("x-amz-sns-topic-arn", subscription.topic.arn());
    if (parcel_.type != MessageType::SubscriptionConfirmation) {
      request.headers.add("x-amz-sns-subscription-arn", subscription.arn());
    }
    if (raw) request.headers.add("x-amz-sns-rawdelivery", "true");
    request.headers.add("Content-Type", policy_.content_type);
    request.headers.add("User-Agent", "Amazon Simple Notification Service Agent");
    if (!target.authorization.empty()) request.headers.add("Authorization", target.authorization);
    return std::optional(std::move(request));
  }

  void judge(const Result<http::Answer>& answer) {
    if (answer && answer->status >= 200 && answer->status < 300) {
      if (parcel_.type == MessageType::Notification) count(sns_, parcel_.subscription.topic, Counted::Delivered);
      return finish(true, said(answer));
    }
    if (final(answer)) return fail_for_good(said(answer));
    again(said(answer));
  }

  void wait_for(Instant place) {
    parcel_.placed = true;
    Delivered delivered;
    delivered.retry_at = place;
    delivered.payload = pack(parcel_);
    delivered.summary = shown(parcel_) + "waits for its turn";
    done_(std::move(delivered));
  }

  void again(const std::string& why) {
    const auto pause = policy_.plan.pause(parcel_.tries + 1);
    if (!pause) return fail_for_good(why);
    ++parcel_.tries;
    parcel_.placed = false;
    Delivered delivered;
    delivered.ok = false;
    delivered.retry_at = sns_.clock.now() + *pause;
    delivered.payload = pack(parcel_);
    delivered.summary = shown(parcel_) + "put off, " + why;
    done_(std::move(delivered));
  }

  // The rest is done by the worker, which may use the store as it likes.
  void fail_for_good(const std::string& why) {
    parcel_.failure = why;
    Delivered delivered;
    delivered.ok = false;
    delivered.retry_at = sns_.clock.now();
    delivered.payload = pack(parcel_);
    delivered.summary = shown(parcel_) + "failed, " + why;
    done_(std::move(delivered));
  }

  void end() {
    if (parcel_.type != MessageType::Notification) return finish(false, "given up, " + parcel_.failure);
    const auto told = sns_.store.transact([&](Transaction& tx) { return give_up(sns_, tx, parcel_, parcel_.failure); });
    if (told) return finish(false, *told);
    Delivered delivered;
    delivered.ok = false;
    delivered.retry_at = sns_.clock.now() + std::chrono::seconds(20);
    delivered.summary = shown(parcel_) + "its dead-letter queue does not answer, " + told.error().message;
    done_(std::move(delivered));
  }

  void finish(bool ok, const std::string& what) {
    Delivered delivered;
    delivered.ok = ok;
    delivered.summary = shown(parcel_) + what;
    done_(std::move(delivered));
  }

  Sns& sns_;
  Parcel parcel_;
  DeliveryPolicy policy_;
  const std::function<void(Delivered)> done_;
};

}  // namespace

void deliver_outside(Sns& sns, const Message& message, std::function<void(Delivered)> done) {
  auto parcel = open_parcel(message.payload);
  if (!parcel) {
    Delivered delivered;
    delivered.ok = false;
    delivered.summary = "dropped, " + parcel.error().message;
    return done(std::move(delivered));
  }
  std::make_shared<Attempt>(sns, *std::move(parcel), std::move(done))->begin();
}

Instant Pace::place(const std::string& endpoint, std::int64_t rate, Instant now) {
  const std::lock_guard lock(mutex_);
  Instant& next = next_[endpoint];
  const Instant place = std::max(now, next);
  next = place + Millis(std::max<std::int64_t>(1, 1000 / rate));
  return place;
}

}  // namespace orrery::sns
