// What requests mean for the metrics of the services that they are sent to.
#include "services/cloudwatch/publishing/publisher.h"
#include "wire/shape.h"

#include <algorithm>

namespace orrery::cloudwatch {
namespace {

constexpr std::string_view kCount = "Count";

// A member of the operation's input that is a text; empty: it has none.
std::string_view text_member(const Answered& answered, std::string_view name) {
  if (answered.input == nullptr || answered.operation == nullptr) return {};
  for (const wire::Member& member : answered.operation->input_shape().members) {
    if (member.name != name || member.shape->kind != wire::ShapeKind::String) continue;
    const void* value = member.access.get(answered.input);
    return value == nullptr ? std::string_view() : std::string_view(*static_cast<const std::string*>(value));
  }
  return {};
}

// Of a name, or of what an ARN ends in.
std::string_view last_part(std::string_view name, char separator) {
  return name.substr(name.rfind(separator) == std::string_view::npos ? 0 : name.rfind(separator) + 1);
}

// docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
void dynamodb(MetricSink& sink, const Answered& answered) {
  const std::string_view table = last_part(text_member(answered, "TableName"), '/');
  PublishedMetric metric{answered.call->account, answered.call->region, "AWS/DynamoDB", {}, kCount};
  const std::vector<std::pair<std::string_view, std::string_view>> by_operation{{"TableName", table},
                                                                                {"Operation", answered.operation_name}};
  if (answered.error == nullptr) {
    if (table.empty()) return;
    metric.name = "SuccessfulRequestLatency";
    metric.unit = "Milliseconds";
    metric.dimensions = by_operation;
    return sink.publish(metric, static_cast<double>(answered.duration_us) / 1000);
  }
  const std::string_view code = answered.error->code;
  if (code == "ConditionalCheckFailedException") {
    metric.name = "ConditionalCheckFailedRequests";
    metric.dimensions = {{"TableName", table}};
  } else if (code == "ProvisionedThroughputExceededException" || code == "ThrottlingException") {
    metric.name = "ThrottledRequests";
    metric.dimensions = by_operation;
  } else if (answered.status >= 500) {
    metric.name = "SystemErrors";
    metric.dimensions = by_operation;
  } else {
    metric.name = "UserErrors";
    return sink.publish(metric, 1);
  }
  if (!table.empty()) sink.publish(metric, 1);
}

void lambda(MetricSink& sink, const Answered& answered) {
  if (answered.operation_name != "Invoke" || answered.error == nullptr) return;
  if (answered.error->code != "TooManyRequestsException") return;
  std::string_view name = text_member(answered, "FunctionName");
  if (const auto at = name.find("function:"); at != std::string_view::npos) name = name.substr(at + 9);
  name = name.substr(0, name.find(':'));
  PublishedMetric metric{answered.call->account, answered.call->region, "AWS/Lambda", "Throttles", kCount};
  sink.publish(metric, 1);
  metric.dimensions = {{"FunctionName", name}};
  sink.publish(metric, 1);
  metric.dimensions = {{"FunctionName", name}, {"Resource", name}};
  sink.publish(metric, 1);
}

// What a rule hands to its target (docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html).
void events(MetricSink& sink, const Answered& answered) {
  constexpr std::string_view kHandedOver[] = {"InvokeAsync", "PutEvents", "PutLogEvents"};
  const std::string_view arn = answered.call->source_arn;
  const auto at = arn.find(":rule/");
  if (at == std::string_view::npos || !arn.starts_with("arn:aws:events:")) return;
  if (std::ranges::find(kHandedOver, answered.operation_name) == std::end(kHandedOver)) return;
  PublishedMetric metric{answered.call->account, answered.call->region, "AWS/Events", "Invocations", kCount};
  if (answered.error != nullptr) metric.name = "FailedInvocations";
  metric.dimensions = {{"RuleName", last_part(arn, '/')}};
  sink.publish(metric, 1);
}

}  // namespace

void Publisher::answered(const Answered& answered) {
  if (answered.service == nullptr || answered.call == nullptr || answered.call->account.empty()) return;
  if (answered.dispatched) return events(*this, answered);
  const std::string_view id = answered.service->model->id;
  if (id == "dynamodb") return dynamodb(*this, answered);
  if (id == "lambda") return lambda(*this, answered);
}

}  // namespace orrery::cloudwatch
