#include "gateway/exchange.h"

namespace orrery::gateway {

Exchange::Exchange(http::Request& request) : http(request) {
  headers.reserve(request.headers.size());
  for (const auto& field : request.headers) headers.emplace_back(field.name, field.value);
}

wire::SignedRequest Exchange::signed_request() const {
  return {http.method, http.path, http.query, headers, error_style(*service->model)};
}

wire::ErrorStyle error_style(const wire::ServiceModel& model) {
  switch (model.protocol) {
    case wire::Protocol::Json:
    case wire::Protocol::RpcV2Cbor:
      return wire::ErrorStyle::Json;
    case wire::Protocol::RestJson:
      return wire::ErrorStyle::RestJson;
    case wire::Protocol::RestXml:
      return wire::ErrorStyle::S3;
    case wire::Protocol::Query:
    case wire::Protocol::Ec2:
      return wire::ErrorStyle::Query;
  }
  __builtin_unreachable();
}

}  // namespace orrery::gateway
