// Errors in each service's shape.
#include "wire/protocol_internal.h"

namespace orrery::wire {
namespace {

// What the services call a failure of their own. The reason is in our log, never in the reply.
struct InternalName {
  std::string_view service, code, message;
  int status;
};
constexpr InternalName kInternalNames[] = {
    {"dynamodb", "InternalServerError", "The request processing has failed because of an unknown error", 500},
    {"s3", "InternalError", "We encountered an internal error. Please try again.", 500},
    {"lambda", "ServiceException", "The service encountered an internal error.", 500},
    {"events", "InternalException", "This exception occurs due to unexpected causes.", 500},
    {"logs", "ServiceUnavailableException", "The service cannot complete the request.", 500},
};

Error presented(const ServiceModel& service, const Error& error) {
  Error out = error;
  if (error.kind != Error::Kind::Api) {
    out = api_error("InternalFailure",
                    "The request processing has failed because of an unknown error, exception or "
                    "failure.",
                    500);
    for (const InternalName& name : kInternalNames) {
      if (name.service == service.id) out = api_error(name.code, std::string(name.message), name.status);
    }
    return out;
  }
  if (const ErrorModel* model = find_error(service, error.code)) {
    out.status = model->status;
    out.code = model->code;
  }
  return out;
}

void write_fields(const Error& error, std::string& out) {
  for (const auto& [name, value] : error.fields) {
    out += ',';
    write_json_string(name, out);
    out += ':';
    if (!value.empty() && (value.front() == '{' || value.front() == '[')) {
      out += value;
    } else {
      write_json_string(value, out);
    }
  }
}

// Errors of the front end, which all services share, have a namespace of their own in DynamoDB's replies:
// com.amazon.coral.service#SerializationException, com.amazon.coral.validate#ValidationException.
std::string type_of(const ServiceModel& service, const ErrorModel* model, std::string_view code) {
  if (service.error_namespace.empty()) return std::string(model == nullptr ? code : model->shape);
  if (model != nullptr) return std::string(service.error_namespace) + '#' + std::string(model->shape);
  return (code == "ValidationException" ? "com.amazon.coral.validate#" : "com.amazon.coral.service#") +
         std::string(code);
}

std::string_view message_name(const ErrorModel* model, std::string_view code) {
  if (model != nullptr) return model->message_member;
  return code == "AccessDeniedException" || code == "SerializationException" ? "Message" : "message";
}

void json_error(const ServiceModel& service, const Error& error, ReplyParts& reply) {
  const ErrorModel* model = find_error(service, error.code);
  reply.headers.emplace_back("Content-Type", "application/x-amz-json-" + std::string(service.json_version));
  reply.body = "{\"__type\":";
  write_json_string(type_of(service, model, error.code), reply.body);
  if (!error.message.empty()) {
    reply.body.append(",\"").append(message_name(model, error.code)).append("\":");
    write_json_string(error.message, reply.body);
  }
  write_fields(error, reply.body);
  reply.body += '}';
  if (service.query_compatible && model != nullptr) {
    // smithy.io/2.0/aws/protocols/aws-query-protocol.html, "awsQueryCompatible".
    reply.headers.emplace_back("x-amzn-query-error",
                               std::string(model->code) + (error.status < 500 ? ";Sender" : ";Receiver"));
  }
}

void rest_json_error(const ServiceModel& service, const Error& error, ReplyParts& reply) {
  const ErrorModel* model = find_error(service, error.code);
  reply.headers.emplace_back("Content-Type", "application/json");
  reply.headers.emplace_back("x-amzn-ErrorType", model == nullptr ? error.code : std::string(model->shape));
  reply.body = "{";
  if (model != nullptr) {  // Lambda's error shapes all have Type
    reply.body.append("\"Type\":\"").append(error.status < 500 ? "User" : "Service").append("\",");
  }
  reply.body.append("\"").append(message_name(model, error.code)).append("\":");
  write_json_string(error.message, reply.body);
  write_fields(error, reply.body);
  reply.body += '}';
}

void element(std::string_view name, std::string_view text, std::string& out) {
  out.append("<").append(name).append(">");
  write_xml_text(text, out);
  out.append("</").append(name).append(">");
}

// docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, "REST error responses".
void rest_xml_error(const Error& error, std::string_view request_id, ReplyParts& reply) {
  reply.headers.emplace_back("Content-Type", "application/xml");
  reply.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>";
  element("Code", error.code, reply.body);
  element("Message", error.message, reply.body);
  for (const auto& [name, value] : error.fields) element(name, value, reply.body);
  element("RequestId", request_id, reply.body);
  element("HostId", request_id, reply.body);
  reply.body += "</Error>";
}

void query_error(const ServiceModel& service, const Error& error, std::string_view request_id, ReplyParts& reply) {
  reply.headers.emplace_back("Content-Type", "text/xml");
  reply.body.append("<ErrorResponse xmlns=\"").append(service.xml_namespace).append("\">\n<Error>\n");
  element("Type", error.status < 500 ? "Sender" : "Receiver", reply.body);
  element("Code", error.code, reply.body);
  element("Message", error.message, reply.body);
  for (const auto& [name, value] : error.fields) element(name, value, reply.body);
  reply.body += "\n</Error>\n";
  element("RequestId", request_id, reply.body);
  reply.body += "\n</ErrorResponse>\n";
}

// docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, "Example error response".
void ec2_error(const Error& error, std::string_view request_id, ReplyParts& reply) {
  reply.headers.emplace_back("Content-Type", "text/xml;charset=UTF-8");
  reply.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error>";
  element("Code", error.code, reply.body);
  element("Message", error.message, reply.body);
  reply.body += "</Error></Errors>";
  element("RequestID", request_id, reply.body);
  reply.body += "</Response>";
}

// RFC 8949 section 3: the major type in the high three bits, then the length in as few bytes as hold it.
void cbor_text(std::string_view text, std::string& out) {
  constexpr unsigned kTextString = 3U << 5U;
  const std::size_t size = text.size();
  const int width = size < 24 ? 0 : size <= 0xff ? 1 : size <= 0xffff ? 2 : 4;
  const auto head = static_cast<unsigned>(width == 0 ? size : width == 1 ? 24 : width == 2 ? 25 : 26);
  out += static_cast<char>(kTextString | head);
  for (int i = width - 1; i >= 0; --i) out += static_cast<char>(size >> (8U * static_cast<unsigned>(i)) & 0xffU);
  out += text;
}

// smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html, "Operation error serialization".
void rpc_cbor_error(const Error& error, ReplyParts& reply) {
  reply.headers.emplace_back("Content-Type", "application/cbor");
  reply.headers.emplace_back("smithy-protocol", "rpc-v2-cbor");
  reply.body = "\xa2";  // a map of two pairs
  for (const auto& [name, value] :
       {std::pair<std::string_view, std::string_view>{"__type", error.code}, {"message", error.message}}) {
    cbor_text(name, reply.body);
    cbor_text(value, reply.body);
  }
}

}  // namespace

void add_request_id(const ServiceModel& service, std::string_view request_id, ReplyParts& reply) {
  if (service.protocol == Protocol::RestXml) {
    reply.headers.emplace_back("x-amz-request-id", request_id);
    reply.headers.emplace_back("x-amz-id-2", request_id);
  } else {
    reply.headers.emplace_back("x-amzn-RequestId", request_id);
  }
}

ReplyParts serialize_error(const ServiceModel& service, const OperationModel* operation, const Error& error,
                           std::string_view request_id) {
  ReplyParts reply;
  const Error shown = presented(service, error);
  reply.status = shown.status;
  switch (service.protocol) {
    case Protocol::Json:
      json_error(service, shown, reply);
      break;
    case Protocol::RestJson:
      rest_json_error(service, shown, reply);
      break;
    case Protocol::RestXml:
      rest_xml_error(shown, request_id, reply);
      break;
    case Protocol::Query:
      query_error(service, shown, request_id, reply);
      break;
    case Protocol::Ec2:
      ec2_error(shown, request_id, reply);
      break;
    case Protocol::RpcV2Cbor:
      rpc_cbor_error(shown, reply);
      break;
  }
  // A reply to HEAD, or one without content, has no body (RFC 9110 sections 9.3.2 and 15.4.5).
  if ((operation != nullptr && operation->method == "HEAD") || shown.status == 304) reply.body.clear();
  add_request_id(service, request_id, reply);
  return reply;
}

}  // namespace orrery::wire
