// Services that AWS has and Orrery has not: a request to one is answered NotImplemented (501) in that service's own
// protocol, so that a client shows the name of what is missing rather than a reply that it cannot read.
#pragma once

#include "gateway/exchange.h"

#include <string>
#include <string_view>

namespace orrery::gateway {

// A service without operations which stands for the one that the request is for. It speaks the protocol that the
// request is written in: rpc-v2-cbor, JSON (X-Amz-Target), query (a form, or Action in the URL), EC2's dialect of it,
// otherwise REST-JSON. REST-XML is known by the service's name alone (`scope`): nothing in a request tells them apart.
const Service& absent_service(const Exchange& exchange, std::string_view scope);
bool is_absent(const Service& service);

// The service whose signing name is `scope` as its users call it: "SQS", "StepFunctions". Unknown names stay as they
// are.
std::string_view display_name(std::string_view scope);

// Smithy's RPC v2 CBOR: header `smithy-protocol: rpc-v2-cbor`, path …/service/SERVICE/operation/OPERATION
// (smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html).
struct RpcName {
  std::string_view service, operation;
};
bool is_rpc_cbor(const Exchange& exchange);
RpcName rpc_name(std::string_view path);

Error not_implemented(std::string_view service, std::string_view operation);

}  // namespace orrery::gateway
