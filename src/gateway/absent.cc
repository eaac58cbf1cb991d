#include "gateway/absent.h"

#include <algorithm>
#include <array>
#include <utility>

namespace orrery::gateway {
namespace {

constexpr wire::ServiceModel model_of(wire::Protocol protocol, std::string_view json_version = {},
                                      std::string_view xml_namespace = {}) {
  wire::ServiceModel model{};
  model.id = "absent";
  model.protocol = protocol;
  model.json_version = json_version;
  model.xml_namespace = xml_namespace;
  return model;
}

constexpr wire::ServiceModel kJson10 = model_of(wire::Protocol::Json, "1.0");
constexpr wire::ServiceModel kJson11 = model_of(wire::Protocol::Json, "1.1");
constexpr wire::ServiceModel kQuery =
    model_of(wire::Protocol::Query, {}, "http://webservices.amazon.com/AWSFault/2005-15-09");
constexpr wire::ServiceModel kEc2 = model_of(wire::Protocol::Ec2);
constexpr wire::ServiceModel kRestJson = model_of(wire::Protocol::RestJson);
constexpr wire::ServiceModel kRpcCbor = model_of(wire::Protocol::RpcV2Cbor);

constexpr Service service_of(const wire::ServiceModel& model) {
  Service service{};
  service.model = &model;
  return service;
}

constexpr std::array kAbsent = {service_of(kJson10), service_of(kJson11),   service_of(kQuery),
                                service_of(kEc2),    service_of(kRestJson), service_of(kRpcCbor)};

const Service& speaking(const wire::ServiceModel& model) {
  return *std::ranges::find(kAbsent, &model, &Service::model);
}

// Those of REST-XML but S3. Their errors are query's <ErrorResponse>.
constexpr std::string_view kRestXml[] = {"cloudfront", "route53"};

// Where the signing name is not the service's name in lower or upper case alone.
constexpr std::pair<std::string_view, std::string_view> kNames[] = {
    {"acm", "ACM"},
    {"apigateway", "APIGateway"},
    {"autoscaling", "AutoScaling"},
    {"cloudformation", "CloudFormation"},
    {"cloudfront", "CloudFront"},
    {"cognito-identity", "CognitoIdentity"},
    {"cognito-idp", "CognitoIdentityProvider"},
    {"ec2", "EC2"},
    {"ecr", "ECR"},
    {"ecs", "ECS"},
    {"eks", "EKS"},
    {"elasticfilesystem", "EFS"},
    {"elasticloadbalancing", "ElasticLoadBalancing"},
    {"elasticmapreduce", "EMR"},
    {"es", "OpenSearch"},
    {"execute-api", "APIGatewayManagementApi"},
    {"kms", "KMS"},
    {"monitoring", "CloudWatch"},
    {"rds", "RDS"},
    {"route53", "Route53"},
    {"secretsmanager", "SecretsManager"},
    {"ses", "SES"},
    {"ssm", "SSM"},
    {"states", "StepFunctions"},
    {"tagging", "ResourceGroupsTaggingAPI"},
};

bool names_action(const Exchange& exchange) {
  return exchange.header("content-type").starts_with("application/x-www-form-urlencoded") ||
         std::ranges::any_of(exchange.query, [](const auto& one) { return one.first == "Action"; });
}

}  // namespace

const Service& absent_service(const Exchange& exchange, std::string_view scope) {
  if (is_rpc_cbor(exchange)) return speaking(kRpcCbor);
  if (!exchange.header("x-amz-target").empty()) {
    return speaking(exchange.header("content-type").ends_with("json-1.1") ? kJson11 : kJson10);
  }
  if (names_action(exchange)) return speaking(scope == "ec2" ? kEc2 : kQuery);
  return speaking(std::ranges::find(kRestXml, scope) != std::end(kRestXml) ? kQuery : kRestJson);
}

bool is_absent(const Service& service) {
  return std::ranges::any_of(kAbsent, [&](const Service& one) { return &one == &service; });
}

std::string_view display_name(std::string_view scope) {
  const auto* found = std::ranges::find(kNames, scope, &std::pair<std::string_view, std::string_view>::first);
  return found == std::end(kNames) ? scope : found->second;
}

bool is_rpc_cbor(const Exchange& exchange) { return exchange.header("smithy-protocol") == "rpc-v2-cbor"; }

RpcName rpc_name(std::string_view path) {
  constexpr std::string_view kService = "/service/";
  constexpr std::string_view kOperation = "/operation/";
  const auto at = path.rfind(kOperation);
  if (at == std::string_view::npos) return {{}, path};
  const std::string_view operation = path.substr(at + kOperation.size());
  const std::string_view front = path.substr(0, at);
  const auto service = front.rfind(kService);
  return {service == std::string_view::npos ? std::string_view() : front.substr(service + kService.size()), operation};
}

Error not_implemented(std::string_view service, std::string_view operation) {
  std::string message("Orrery does not implement ");
  message.append(service).append(":").append(operation).append(".");
  return api_error("NotImplemented", std::move(message), 501);
}

}  // namespace orrery::gateway
