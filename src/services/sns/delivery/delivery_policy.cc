#include "services/sns/delivery/delivery_policy.h"

#include "services/sns/operations.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace orrery::sns {
namespace {

constexpr std::int64_t kLongestPause_s = 3600;
constexpr std::int64_t kMostRetries = 100;

constexpr std::pair<std::string_view, Backoff> kBackoffs[] = {{"linear", Backoff::Linear},
                                                              {"arithmetic", Backoff::Arithmetic},
                                                              {"geometric", Backoff::Geometric},
                                                              {"exponential", Backoff::Exponential}};

struct Names {
  const char* retry;
  const char* throttle;
  const char* request;
};
constexpr Names kOfTopic = {"defaultHealthyRetryPolicy", "defaultThrottlePolicy", "defaultRequestPolicy"};
constexpr Names kOfSubscription = {"healthyRetryPolicy", "throttlePolicy", "requestPolicy"};

constexpr std::pair<const char*, std::int64_t RetryPlan::*> kNumbers[] = {
    {"minDelayTarget", &RetryPlan::min_s},         {"maxDelayTarget", &RetryPlan::max_s},
    {"numRetries", &RetryPlan::retries},           {"numNoDelayRetries", &RetryPlan::at_once},
    {"numMinDelayRetries", &RetryPlan::after_min}, {"numMaxDelayRetries", &RetryPlan::after_max}};

Failure wrong(const std::string& why) { return fail(invalid_parameter("DeliveryPolicy: " + why)); }

const json::value* member(const json::value* object, std::string_view name) {
  return object == nullptr ? nullptr : find(*object, name);
}

// What is given replaces what holds; anything that cannot be read is left to check_plan().
void take_plan(RetryPlan& plan, const json::value& given) {
  for (const auto& [name, number] : kNumbers) plan.*number = find_int(given, name).value_or(plan.*number);
  const auto function = find_string(given, "backoffFunction");
  for (const auto& [name, backoff] : kBackoffs) {
    if (function == name) plan.backoff = backoff;
  }
}

void take(DeliveryPolicy& policy, const json::value* given, const Names& names) {
  if (const json::value* retry = member(given, names.retry)) take_plan(policy.plan, *retry);
  if (const json::value* throttle = member(given, names.throttle)) {
    policy.per_second = find_int(*throttle, "maxReceivesPerSecond").value_or(policy.per_second);
  }
  if (const json::value* request = member(given, names.request)) {
    policy.content_type = text_of(*request, "headerContentType", policy.content_type);
  }
}

Result<> check_plan(const json::value& given) {
  if (!given.is_object()) return wrong("the retry policy must be an object");
  for (const auto& entry : given.get_object()) {
    const std::string_view name = entry.key();
    const json::value& value = entry.value();
    const auto known = [&](const auto& one) { return name == one.first; };
    if (std::ranges::any_of(kNumbers, known)) {
      if (!value.is_int64() || value.get_int64() < 0) return wrong(std::string(name) + " must be a positive integer");
    } else if (name == "backoffFunction") {
      const bool good = value.is_string() && std::ranges::any_of(kBackoffs, [&](const auto& one) {
                          return std::string_view(value.get_string()) == one.first;
                        });
      if (!good) return wrong("backoffFunction must be one of arithmetic, exponential, geometric, linear");
    } else {
      return wrong("Unrecognized field " + std::string(name));
    }
  }
  RetryPlan plan;
  take_plan(plan, given);
  if (plan.min_s < 1 || plan.min_s > plan.max_s) return wrong("minDelayTarget must be between 1 and maxDelayTarget");
  if (plan.max_s > kLongestPause_s) return wrong("maxDelayTarget must not be more than 3600");
  if (plan.retries > kMostRetries) return wrong("numRetries must not be more than 100");
  if (plan.at_once + plan.after_min + plan.after_max > plan.retries) {
    return wrong("numRetries must be at least the sum of numNoDelayRetries, numMinDelayRetries and numMaxDelayRetries");
  }
  return {};
}

Result<> check_parts(const json::value& given, const Names& names) {
  if (!given.is_object()) return wrong("must be a JSON object");
  for (const auto& [name, value] : given.get_object()) {
    if (name == names.retry) {
      TRY(check_plan(value));
    } else if (name == names.throttle) {
      const auto rate = find_int(value, "maxReceivesPerSecond");
      if (!value.is_null() && (!rate || *rate < 1)) return wrong("maxReceivesPerSecond must be at least 1");
    } else if (name == names.request) {
      if (!find_string(value, "headerContentType")) return wrong("headerContentType must be a string");
    } else if (!(&names == &kOfTopic && name == "disableSubscriptionOverrides" && value.is_bool()) &&
               !(name == "sicklyRetryPolicy" && value.is_null()) && !(name == "guaranteed" && value.is_bool())) {
      return wrong("Unrecognized field " + std::string(name));
    }
  }
  return {};
}

std::optional<json::value> parsed(const std::string& text) {
  auto document = text.empty() ? Result<json::value>(fail(internal_error("none"))) : parse_json(text);
  return document ? std::optional(*std::move(document)) : std::nullopt;
}

json::object plan_document(const RetryPlan& plan) {
  json::object out;
  for (const auto& [name, number] : kNumbers) out[name] = plan.*number;
  for (const auto& [name, backoff] : kBackoffs) {
    if (backoff == plan.backoff) out["backoffFunction"] = name;
  }
  return out;
}

json::object document_of(const DeliveryPolicy& policy, const Names& names) {
  json::object out{{names.retry, plan_document(policy.plan)}};
  if (policy.per_second > 0) out[names.throttle] = json::object{{"maxReceivesPerSecond", policy.per_second}};
  out[names.request] = json::object{{"headerContentType", policy.content_type}};
  return out;
}

struct TopicPolicy {
  DeliveryPolicy policy;
  bool overrides = true;
};

TopicPolicy topic_policy(const TopicRecord& topic) {
  TopicPolicy out;
  const auto document = parsed(topic.attribute("DeliveryPolicy"));
  const json::value* http = document ? find(*document, "http") : nullptr;
  take(out.policy, http, kOfTopic);
  if (http != nullptr) out.overrides = !find_bool(*http, "disableSubscriptionOverrides").value_or(false);
  return out;
}

}  // namespace

std::optional<Millis> RetryPlan::pause(std::int64_t retry) const {
  if (retry > retries) return std::nullopt;
  if (retry <= at_once) return Millis(0);
  if (retry <= at_once + after_min) return std::chrono::seconds(min_s);
  const std::int64_t steps = retries - at_once - after_min - after_max;
  const std::int64_t step = retry - at_once - after_min - 1;  // from 0
  if (step >= steps) return std::chrono::seconds(max_s);
  if (steps == 1) return std::chrono::seconds(min_s);
  const auto i = static_cast<double>(step);
  const auto n = static_cast<double>(steps - 1);
  const auto low = static_cast<double>(min_s);
  const auto high = static_cast<double>(max_s);
  double seconds = low;
  switch (backoff) {
    case Backoff::Linear:
      seconds = low + (high - low) * i / n;
      break;
    case Backoff::Arithmetic:
      seconds = low + (high - low) * i * (i + 1) / (n * (n + 1));
      break;
    case Backoff::Geometric:
      seconds = low * std::pow(high / low, i / n);
      break;
    case Backoff::Exponential:
      seconds = low + (high - low) * (std::exp2(i) - 1) / (std::exp2(n) - 1);
      break;
  }
  return Millis(static_cast<std::int64_t>(seconds * 1000));
}

const RetryPlan& plan_of_managed() {
  static constexpr RetryPlan kPlan{1, 20, 100'015, 3, 2, 100'000, Backoff::Exponential};
  return kPlan;
}

Result<> check_delivery_policy(const std::string& text, PolicyOf owner) {
  const auto document = parse_json(text);
  if (!document || !document->is_object()) return wrong("failed to parse JSON.");
  if (owner == PolicyOf::Subscription) return check_parts(*document, kOfSubscription);
  for (const auto& [name, value] : document->get_object()) {
    if (name != "http") return wrong("Unrecognized field " + std::string(name));
    TRY(check_parts(value, kOfTopic));
  }
  return {};
}

DeliveryPolicy delivery_policy_of(const TopicRecord& topic, const SubscriptionRecord& subscription) {
  auto [policy, overrides] = topic_policy(topic);
  if (!overrides) return policy;
  if (const auto own = parsed(subscription.attribute("DeliveryPolicy"))) take(policy, &*own, kOfSubscription);
  return policy;
}

std::string effective_topic_policy(const TopicRecord& topic) {
  const auto [policy, overrides] = topic_policy(topic);
  json::object http = document_of(policy, kOfTopic);
  http["disableSubscriptionOverrides"] = !overrides;
  return to_text(json::object{{"http", std::move(http)}});
}

std::string effective_subscription_policy(const TopicRecord& topic, const SubscriptionRecord& subscription) {
  return to_text(document_of(delivery_policy_of(topic, subscription), kOfSubscription));
}

}  // namespace orrery::sns
