// Requests in and replies out: which reader and writer each protocol takes.
#include "wire/protocol.h"

#include "base/check.h"
#include "wire/protocol_internal.h"

namespace orrery::wire {
namespace {

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

Result<> read_rest_body(ReadContext& context, const Shape& shape, std::string_view body, void* input, Seen& seen) {
  const bool xml = context.service.protocol == Protocol::RestXml;
  const Member* payload = payload_of(shape);
  if (payload == nullptr) {
    if (!has_body_members(shape) || blank(body)) return {};
    return xml ? read_xml(context, shape, {}, body, input, seen, nullptr)
               : read_json(context, shape, body, input, seen, nullptr);
  }
  const auto index = static_cast<std::size_t>(payload - shape.members.data());
  if (payload->shape->kind == ShapeKind::Blob || payload->shape->kind == ShapeKind::String) {
    if (body.empty()) return {};
    static_cast<std::string*>(payload->access.emplace(input))->assign(body);
    seen.add(index);
    return {};
  }
  if (blank(body)) return {};
  Seen inner;
  void* target = payload->access.emplace(input);
  const Path path{nullptr, payload->name, 0, Path::Step::Member};
  TRY(xml ? read_xml(context, *payload->shape, payload->location_name, body, target, inner, &path)
          : read_json(context, *payload->shape, body, target, inner, &path));
  note_missing(context, *payload->shape, inner, &path);
  seen.add(index);
  return {};
}

Result<> read_input(ReadContext& context, const Shape& shape, const RequestParts& request, void* input) {
  if (context.service.protocol == Protocol::Query) return read_query(context, shape, request, input);
  Seen seen;
  if (context.service.protocol == Protocol::Json) {
    // An empty body is an empty object for operations without input; the real services take it so for all.
    if (!blank(request.body)) TRY(read_json(context, shape, request.body, input, seen, nullptr));
  } else if (context.service.protocol == Protocol::RpcV2Cbor) {
    if (!request.body.empty()) TRY(read_cbor(context, shape, request.body, input, seen, nullptr));
  } else {
    TRY(read_bindings(context, shape, request, input, seen));
    TRY(read_rest_body(context, shape, request.body, input, seen));
  }
  note_missing(context, shape, seen, nullptr);
  return {};
}

void write_xml_declaration(std::string& out) { out += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"; }

void write_rest_xml(const ServiceModel& service, const OperationModel& operation, const void* output,
                    ReplyParts& reply) {
  const Shape& shape = *operation.output;
  const Member* payload = payload_of(shape);
  if (payload != nullptr) {
    const void* value = payload->access.get(output);
    if (value == nullptr) return;
    if (payload->shape->kind == ShapeKind::Blob || payload->shape->kind == ShapeKind::String) {
      reply.body = *static_cast<const std::string*>(value);
      return;
    }
    write_xml_declaration(reply.body);
    write_xml_element(service, payload->location_name, service.xml_namespace, *payload->shape, value, reply.body);
  } else if (operation.unwrapped_output) {
    // s3UnwrappedXmlOutput: the one member is the root element (GetBucketLocation).
    const Member& only = shape.members.front();
    static const std::string kNothing;
    const void* value = only.access.get(output);
    write_xml_declaration(reply.body);
    write_xml_element(service, operation.xml_root, service.xml_namespace, *only.shape,
                      value == nullptr ? &kNothing : value, reply.body);
  } else if (has_body_members(shape)) {
    write_xml_declaration(reply.body);
    write_xml_element(service, operation.xml_root.empty() ? shape.name : operation.xml_root, service.xml_namespace,
                      shape, output, reply.body);
  }
  if (!reply.body.empty()) reply.headers.emplace_back("Content-Type", "application/xml");
}

void write_rest_json(const OperationModel& operation, const void* output, ReplyParts& reply) {
  const Shape& shape = *operation.output;
  const Member* payload = payload_of(shape);
  if (payload == nullptr) {
    if (!has_body_members(shape)) return;
    write_json(shape, output, reply.body);
  } else {
    const void* value = payload->access.get(output);
    if (value == nullptr) return;
    if (payload->shape->kind == ShapeKind::Blob || payload->shape->kind == ShapeKind::String) {
      reply.body = *static_cast<const std::string*>(value);
    } else {
      write_json(*payload->shape, value, reply.body);
    }
  }
  reply.headers.emplace_back("Content-Type", "application/json");
}

void write_query(const ServiceModel& service, const OperationModel& operation, const void* output,
                 std::string_view request_id, std::string& out) {
  out.append("<").append(operation.name).append("Response xmlns=\"").append(service.xml_namespace).append("\">\n");
  if (!operation.result_wrapper.empty()) {
    out.append("<").append(operation.result_wrapper).append(">\n");
    write_xml_members(service, *operation.output, output, out);
    out.append("</").append(operation.result_wrapper).append(">\n");
  }
  out.append("<ResponseMetadata>\n<RequestId>");
  write_xml_text(request_id, out);
  out.append("</RequestId>\n</ResponseMetadata>\n</").append(operation.name).append("Response>\n");
}

}  // namespace

Result<> parse_input(const ServiceModel& service, const OperationModel& operation, const RequestParts& request,
                     void* input) {
  ReadContext context{service, {}};
  TRY(read_input(context, *operation.input, request, input));
  return validate(service, *operation.input, input, context.missing);
}

ReplyParts serialize_output(const ServiceModel& service, const OperationModel& operation, const void* output,
                            std::string_view request_id) {
  ReplyParts reply;
  reply.status = operation.status;
  switch (service.protocol) {
    case Protocol::Json:
      reply.headers.emplace_back("Content-Type", "application/x-amz-json-" + std::string(service.json_version));
      reply.body.reserve(256);
      // Operations without output answer with an empty body (CloudWatch Logs, EventBridge); an empty structure is {}.
      if (operation.output != &kEmptyShape) write_json(*operation.output, output, reply.body);
      break;
    case Protocol::RestJson:
      write_bindings(service, *operation.output, output, reply);
      write_rest_json(operation, output, reply);
      break;
    case Protocol::RestXml:
      write_bindings(service, *operation.output, output, reply);
      write_rest_xml(service, operation, output, reply);
      break;
    case Protocol::Query:
      reply.headers.emplace_back("Content-Type", "text/xml");
      write_query(service, operation, output, request_id, reply.body);
      break;
    case Protocol::RpcV2Cbor:
      reply.headers.emplace_back("smithy-protocol", "rpc-v2-cbor");
      // Operations without output have neither body nor Content-Type.
      if (operation.output != &kEmptyShape) {
        reply.headers.emplace_back("Content-Type", "application/cbor");
        write_cbor(*operation.output, output, reply.body);
      }
      break;
    case Protocol::Ec2:
      CHECK(false);
  }
  add_request_id(service, request_id, reply);
  return reply;
}

}  // namespace orrery::wire
