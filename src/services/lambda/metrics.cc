#include "services/lambda/metrics.h"

#include "services/metric_sink.h"

#include <cmath>

namespace orrery::lambda {
namespace {

constexpr std::string_view kSpace = "AWS/Lambda";

// One moment of one function.
class Moment {
 public:
  Moment(MetricSink& sink, Instant at, std::string_view account, std::string_view region, std::string_view function,
         std::string_view resource)
      : sink_(sink), metric_{account, region, kSpace, {}, {}}, function_(function), resource_(resource) {
    metric_.at = at;
  }

  void of_all(std::string_view name, std::string_view unit, double value) {
    metric_.name = name;
    metric_.unit = unit;
    metric_.dimensions = {};
    sink_.publish(metric_, value);
  }
  void of_function(std::string_view name, std::string_view unit, double value) {
    metric_.name = name;
    metric_.unit = unit;
    metric_.dimensions = {{"FunctionName", function_}};
    sink_.publish(metric_, value);
    metric_.dimensions.emplace_back("Resource", resource_);
    sink_.publish(metric_, value);
  }
  void of_both(std::string_view name, std::string_view unit, double value) {
    of_all(name, unit, value);
    of_function(name, unit, value);
  }

 private:
  MetricSink& sink_;
  PublishedMetric metric_;
  const std::string_view function_, resource_;
};

// "worker" or "worker:live": as it was invoked.
std::string_view resource_of(std::string_view arn, std::string_view name) {
  constexpr std::string_view kFunction = ":function:";
  const auto at = arn.find(kFunction);
  return at == std::string_view::npos ? name : arn.substr(at + kFunction.size());
}

class InvocationMetrics final : public functions::InvocationListener {
 public:
  InvocationMetrics(MetricSink& sink, const Clock& clock) : sink_(sink), clock_(clock) {}

  void admitted(const functions::FunctionSpec& spec, std::string_view arn, int running, int in_account) override {
    Moment moment = moment_of(spec, arn);
    moment.of_all("ConcurrentExecutions", kCount, in_account);
    moment.of_function("ConcurrentExecutions", kCount, running);
  }
  void throttled(const functions::FunctionSpec& spec, std::string_view arn) override {
    moment_of(spec, arn).of_both("Throttles", kCount, 1);
  }
  void ended(const functions::FunctionSpec& spec, std::string_view arn, const Ended& how) override {
    Moment moment = moment_of(spec, arn);
    moment.of_both("Invocations", kCount, 1);
    moment.of_both("Errors", kCount, how.good ? 0 : 1);
    moment.of_both("Duration", kMilliseconds, std::round(how.duration_ms * 1000) / 1000);
  }

 private:
  Moment moment_of(const functions::FunctionSpec& spec, std::string_view arn) {
    return {sink_, clock_.now(), spec.account, spec.region, spec.name, resource_of(arn, spec.name)};
  }

  MetricSink& sink_;
  const Clock& clock_;
};

}  // namespace

std::shared_ptr<functions::InvocationListener> invocation_metrics(Lambda& lambda) {
  if (lambda.metrics == nullptr) return nullptr;
  return std::make_shared<InvocationMetrics>(*lambda.metrics, lambda.clock);
}

void publish(const Lambda& lambda, const FunctionName& function, std::string_view metric, double value,
             std::string_view unit) {
  if (lambda.metrics == nullptr) return;
  std::string resource = function.name;
  if (!function.qualifier.empty()) resource.append(":").append(function.qualifier);
  Moment(*lambda.metrics, lambda.clock.now(), function.account, function.region, function.name, resource)
      .of_both(metric, unit, value);
}

void publish_with(Transaction& tx, const Lambda& lambda, const FunctionName& function, std::string_view metric) {
  if (lambda.metrics == nullptr) return;
  tx.on_commit([&lambda, function, metric] { publish(lambda, function, metric); });
}

}  // namespace orrery::lambda
