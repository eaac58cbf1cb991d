#include "services/dynamodb/tables/metrics.h"

namespace orrery::dynamodb {
namespace {

constexpr std::string_view kCount = "Count";

// "arn:aws:dynamodb:REGION:ACCOUNT:table/NAME", perhaps "/index/NAME": of what is stored, hence well-formed.
struct Place {
  explicit Place(std::string_view arn) {
    std::string_view rest = arn;
    const auto next = [&rest](char separator) {
      const auto at = rest.find(separator);
      const std::string_view part = rest.substr(0, at);
      rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
      return part;
    };
    for (int i = 0; i < 3; ++i) next(':');
    region = next(':');
    account = next(':');
    next('/');
    table = next('/');
    if (next('/') == "index") index = rest;
  }
  PublishedMetric metric(std::string_view name, std::string_view unit) const {
    PublishedMetric out{account, region, "AWS/DynamoDB", name, unit};
    out.dimensions.emplace_back("TableName", table);
    return out;
  }

  std::string_view region, account, table, index;
};

}  // namespace

void publish_consumed(MetricSink& sink, std::string_view table_arn, std::string_view index, Use use, double units) {
  PublishedMetric metric =
      Place(table_arn).metric(use == Use::Read ? "ConsumedReadCapacityUnits" : "ConsumedWriteCapacityUnits", kCount);
  if (!index.empty()) metric.dimensions.emplace_back("GlobalSecondaryIndexName", index);
  sink.publish(metric, units);
}

void publish_throttled(MetricSink& sink, std::string_view arn, Use use) {
  const Place place(arn);
  PublishedMetric metric = place.metric(use == Use::Read ? "ReadThrottleEvents" : "WriteThrottleEvents", kCount);
  if (!place.index.empty()) metric.dimensions.emplace_back("GlobalSecondaryIndexName", place.index);
  sink.publish(metric, 1);
}

void publish_returned(MetricSink& sink, std::string_view table_arn, std::string_view operation, double items) {
  PublishedMetric metric = Place(table_arn).metric("ReturnedItemCount", kCount);
  metric.dimensions.emplace_back("Operation", operation);
  sink.publish(metric, items);
}

void publish_expired(MetricSink& sink, std::string_view table_arn, double items) {
  sink.publish(Place(table_arn).metric("TimeToLiveDeletedItemCount", kCount), items);
}

}  // namespace orrery::dynamodb
