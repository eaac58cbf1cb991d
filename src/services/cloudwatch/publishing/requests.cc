// What requests mean for the metrics of DynamoDB
// (docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html).
#include "services/cloudwatch/publishing/publisher.h"
#include "wire/shape.h"

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

void dynamodb(MetricSink& sink, const Answered& answered) {
  const std::string_view table = last_part(text_member(answered, "TableName"), '/');
  PublishedMetric metric{answered.call->account, answered.call->region, "AWS/DynamoDB", {}, kCount};
  const MetricDimensions by_operation{{"TableName", table}, {"Operation", answered.operation_name}};
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

}  // namespace

void Publisher::answered(const Answered& answered) {
  if (answered.service == nullptr || answered.call == nullptr || answered.call->account.empty()) return;
  // What one service asks of another may run again, or fail to commit: they publish it themselves.
  if (!answered.dispatched && answered.service->model->id == "dynamodb") dynamodb(*this, answered);
}

}  // namespace orrery::cloudwatch
