// Amazon SNS: topics, subscriptions, and the delivery of what is published
// (docs.aws.amazon.com/sns/latest/api/welcome.html).
#pragma once

#include "background/background.h"
#include "http/client/client.h"
#include "http/message.h"
#include "services/dispatcher.h"
#include "services/metric_sink.h"
#include "services/operation.h"
#include "services/sns/delivery/pace.h"
#include "services/sns/delivery/signing.h"
#include "services/sns/filters/filter_policy.h"

#include <string>

namespace orrery::sns {

// What the service needs from outside; it owns none of it, but for what it remembers.
struct Sns {
  Sns(Store& s, Background& b, Dispatcher& d, const Clock& c)
      : store(s), background(b), dispatcher(d), clock(c), signatures(s, c) {}

  Store& store;
  Background& background;
  Dispatcher& dispatcher;
  const Clock& clock;
  MetricSink* metrics = nullptr;   // may be nullptr: nothing is published
  http::Client* client = nullptr;  // set before background.start(); nullptr: no HTTP endpoint is reached
  std::string endpoint{};          // "http://127.0.0.1:4566": in messages to who did not say how they reach us

  Signatures signatures;
  FilterCache filters{};
  Pace pace{};
};

// `sns` must outlive the service.
Service sns_service(Sns& sns);
// The handlers of the messages "sns.publish", "sns.deliver", "sns.fifo" and "sns.http/SUBSCRIPTION", and of the timers
// "sns.token" and "sns.duplicate". Before background.start().
void register_background(Sns& sns);

// The certificate that signatures are checked with is served outside of the API, as AWS does:
// "/SimpleNotificationService-FINGERPRINT.pem".
bool owns_certificate_path(std::string_view path);
http::Response serve_certificate(Sns& sns, const http::Request& request);

}  // namespace orrery::sns
