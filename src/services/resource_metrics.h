// The metrics of one resource, which is their only dimension: a stream, a delivery stream.
#pragma once

#include "services/metric_sink.h"

namespace orrery {

namespace MetricUnit {
inline constexpr std::string_view Bytes = "Bytes", Count = "Count", Seconds = "Seconds", Milliseconds = "Milliseconds";
}

// Lives for one publication: it looks at what it was given.
class ResourceMetrics {
 public:
  // `Name`: has an account and a region. `space`: "AWS/Kinesis"; `dimension`: "StreamName".
  template <class Name>
  ResourceMetrics(MetricSink& sink, const Name& of, std::string_view space, std::string_view dimension)
      : sink_(sink), metric_{of.account, of.region, space, {}, {}} {
    metric_.dimensions = {{dimension, of.name}};
  }
  void publish(std::string_view name, std::string_view unit, double value) {
    metric_.name = name;
    metric_.unit = unit;
    sink_.publish(metric_, value);
  }

 private:
  MetricSink& sink_;
  PublishedMetric metric_;
};

}  // namespace orrery
