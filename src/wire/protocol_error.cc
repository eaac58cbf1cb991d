// Errors in each service's shape.
#include "wire/cbor.h"
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
    {"cloudwatch", "InternalServiceError", "The request processing has failed due to some unknown error.", 500},
    {"logs", "ServiceUnavailableException", "The service cannot complete the request.", 500},
};

Error presented(const ServiceModel& service, const ErrorModel* model, const Error& error) {
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
  if (model != nullptr) {
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

// smithy.io/2.0/aws/protocols/aws-query-protocol.html, "awsQueryCompatible". Errors that all services share had names
// without "Exception" in the query protocol.
void add_query_error(const ServiceModel& service, const ErrorModel* model, const Error& error, ReplyParts& reply) {
  if (!service.query_compatible) return;
  std::string_view code = model != nullptr ? model->code : std::string_view(error.code);
  if (code == "AccessDeniedException") code = "AccessDenied";
  reply.headers.emplace_back("x-amzn-query-error", std::string(code) + (error.status < 500 ? ";Sender" : ";Receiver"));
}

void json_error(const ServiceModel& service, const ErrorModel* model, const Error& error, ReplyParts& reply) {
  reply.headers.emplace_back("Content-Type", "application/x-amz-json-" + std::string(service.json_version));
  reply.body = "{\"__type\":";
  write_json_string(type_of(service, model, error.code), reply.body);
  if (!error.message.empty()) {
    reply.body.append(",\"").append(message_name(model, error.code)).append("\":");
    write_json_string(error.message, reply.body);
  }
  write_fields(error, reply.body);
  reply.body += '}';
  add_query_error(service, model, error, reply);
}

void rest_json_error(const ErrorModel* model, const Error& error, ReplyParts& reply) {
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

void cbor_from_json(const json::value& value, std::string& out) {
  if (const json::array* array = value.if_array()) {
    write_cbor_head(CborType::Array, array->size(), out);
    for (const json::value& element : *array) cbor_from_json(element, out);
  } else if (const json::object* object = value.if_object()) {
    write_cbor_head(CborType::Map, object->size(), out);
    for (const auto& entry : *object) {
      write_cbor_text({entry.key().data(), entry.key().size()}, out);
      cbor_from_json(entry.value(), out);
    }
  } else if (const json::string* text = value.if_string()) {
    write_cbor_text({text->data(), text->size()}, out);
  } else if (const bool* truth = value.if_bool()) {
    write_cbor_simple(*truth ? kCborTrue : kCborFalse, out);
  } else if (value.is_int64()) {
    write_cbor_integer(value.get_int64(), out);
  } else if (value.is_double()) {
    write_cbor_real(value.get_double(), out);
  } else {
    write_cbor_simple(kCborNull, out);
  }
}

void cbor_fields(const Error& error, std::string& out) {
  for (const auto& [name, value] : error.fields) {
    write_cbor_text(name, out);
    const bool document = !value.empty() && (value.front() == '{' || value.front() == '[');
    if (const auto parsed = document ? parse_json(value) : Result<json::value>(json::value(nullptr));
        document && parsed) {
      cbor_from_json(*parsed, out);
    } else {
      write_cbor_text(value, out);
    }
  }
}

// smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html, "Operation error serialization".
void rpc_cbor_error(const ServiceModel& service, const ErrorModel* model, const Error& error, ReplyParts& reply) {
  reply.headers.emplace_back("Content-Type", "application/cbor");
  reply.headers.emplace_back("smithy-protocol", "rpc-v2-cbor");
  write_cbor_head(CborType::Map, 2 + error.fields.size(), reply.body);
  write_cbor_text("__type", reply.body);
  write_cbor_text(type_of(service, model, error.code), reply.body);
  write_cbor_text(message_name(model, error.code), reply.body);
  write_cbor_text(error.message, reply.body);
  cbor_fields(error, reply.body);
  add_query_error(service, model, error, reply);
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
  const ErrorModel* thrown = find_error(service, error.code);
  const Error shown = presented(service, thrown, error);
  const ErrorModel* model = error.kind == Error::Kind::Api ? thrown : find_error(service, shown.code);
  reply.status = shown.status;
  switch (service.protocol) {
    case Protocol::Json:
      json_error(service, model, shown, reply);
      break;
    case Protocol::RestJson:
      rest_json_error(model, shown, reply);
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
      rpc_cbor_error(service, model, shown, reply);
      break;
  }
  // A reply to HEAD, or one without content, has no body (RFC 9110 sections 9.3.2 and 15.4.5).
  if ((operation != nullptr && operation->method == "HEAD") || shown.status == 304) reply.body.clear();
  add_request_id(service, request_id, reply);
  return reply;
}

}  // namespace orrery::wire
