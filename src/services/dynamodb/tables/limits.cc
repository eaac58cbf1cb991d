#include "services/dynamodb/tables/limits.h"

#include "services/dynamodb/operations.h"

namespace orrery::dynamodb {

Result<DescribeLimitsOutput> describe_limits(Call&, Reader&, const DescribeLimitsInput&) {
  DescribeLimitsOutput output;
  output.AccountMaxReadCapacityUnits = kAccountMaxUnits;
  output.AccountMaxWriteCapacityUnits = kAccountMaxUnits;
  output.TableMaxReadCapacityUnits = kTableMaxUnits;
  output.TableMaxWriteCapacityUnits = kTableMaxUnits;
  return output;
}

// The address that the call came in on, without a scheme, as the service gives its own.
Result<DescribeEndpointsResponse> describe_endpoints(Call& call, Reader&, const DescribeEndpointsRequest&) {
  std::string_view address = call.endpoint;
  if (const auto scheme = address.find("://"); scheme != std::string_view::npos) address.remove_prefix(scheme + 3);
  DescribeEndpointsResponse output;
  output.Endpoints.push_back({std::string(address), 1440});
  return output;
}

}  // namespace orrery::dynamodb
