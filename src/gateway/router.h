// Step 1: which service and operation a request means, by X-Amz-Target, the credential scope, the Action parameter, or
// method + URI + host.
#pragma once

#include "gateway/exchange.h"
#include "wire/route.h"

#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace orrery::gateway {

class Router {
 public:
  explicit Router(std::span<const Service> services);

  // Sets service, and model/operation/labels where the head says enough (everything but the query protocol). Errors:
  // the service's own for unknown operations and targets, and NotImplemented (501) for known ones that are not there.
  Result<> route(Exchange& exchange) const;
  // Query protocol: the operation is named in the body, which is `exchange.body` by now.
  Result<> route_action(Exchange& exchange) const;

  const Service* find_service(std::string_view id) const;

 private:
  // A service that used to speak the query protocol alone still does, besides JSON and RPC v2 CBOR
  // (smithy.io/2.0/aws/protocols/aws-query-protocol.html, "awsQueryCompatible"): its own table, under a model each.
  struct Dialects {
    explicit Dialects(const Service& service);
    wire::ServiceModel query_model, cbor_model;
    Service query, cbor;
  };

  const Service* service_of(const Exchange& exchange) const;
  const Dialects* dialects_of(const Service& service) const;
  Result<> by_target(Exchange& exchange) const;
  Result<> by_uri(Exchange& exchange) const;
  Result<> by_rpc(Exchange& exchange) const;
  Result<> to_absent(Exchange& exchange) const;
  Result<> take(Exchange& exchange, const wire::OperationModel* model, std::string_view name) const;

  std::span<const Service> services_;
  std::vector<std::unique_ptr<wire::RestRouter>> rest_;  // parallel to services_; null for the others
  std::vector<std::unique_ptr<Dialects>> dialects_;      // likewise
};

const Operation* find_operation(const Service& service, std::string_view name);

// "photos" for Host: photos.s3.localhost:4566, photos.s3.us-east-1.amazonaws.com or photos.localhost; empty for path
// style.
std::string_view virtual_host_bucket(std::string_view host);

}  // namespace orrery::gateway
