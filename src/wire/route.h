// Which operation of a service a request means.
#pragma once

#include "wire/protocol.h"

namespace orrery::wire {

struct Route {
  const OperationModel* operation;
  Pairs labels;  // decoded URI labels
};

// For REST protocols: by method, path template and the template's query literals; the most specific wins. For S3 the
// path given has already had a virtual-host bucket put in front. nullopt: no such operation.
class RestRouter {
 public:
  explicit RestRouter(const ServiceModel& service);
  RestRouter(RestRouter&&) noexcept;
  ~RestRouter();
  std::optional<Route> find(std::string_view method, std::string_view raw_path, const Pairs& query,
                            std::span<const std::pair<std::string_view, std::string_view>> headers) const;

 private:
  struct Entry;
  std::vector<Entry> entries_;
};

}  // namespace orrery::wire
