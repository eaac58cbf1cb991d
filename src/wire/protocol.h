// Requests into generated structs and back, in each protocol. Everything is driven by wire/shape.h.
#pragma once

#include "base/json.h"
#include "wire/shape.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::wire {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// What a protocol parser sees of a request. Names of headers are matched without case.
struct RequestParts {
  std::span<const std::pair<std::string_view, std::string_view>> headers{};
  const Pairs* query = nullptr;   // decoded query parameters, in order
  const Pairs* labels = nullptr;  // URI labels: ("FunctionName", "f"), decoded
  std::string_view body{};        // whole, followed by at least kBodyPadding readable bytes
};
inline constexpr std::size_t kBodyPadding = 64;  // simdjson reads past the end

// Fills `input` (a default-constructed struct of operation.input) and validates it. Errors: SerializationException /
// MalformedXML / … for what cannot be read, the service's validation error for what breaks the model.
Result<> parse_input(const ServiceModel& service, const OperationModel& operation, const RequestParts& request,
                     void* input);

struct ReplyParts {
  int status = 200;
  Pairs headers;  // Content-Type included
  std::string body;
};
// `output` is of operation.output. A streaming payload is left out: its body comes from the operation.
ReplyParts serialize_output(const ServiceModel& service, const OperationModel& operation, const void* output,
                            std::string_view request_id);
// `operation` may be nullptr (the request did not name one).
ReplyParts serialize_error(const ServiceModel& service, const OperationModel* operation, const Error& error,
                           std::string_view request_id);

// JSON documents instead of requests: for one service calling another, and for stored records. Unknown names are errors
// in from_document when `strict`.
Result<> from_document(const Shape& shape, const json::value& document, void* out, bool strict);
json::value to_document(const Shape& shape, const void* value);

// Required members, lengths, ranges, patterns, enums; the message is the service's own, all violations in one.
Result<> validate(const ServiceModel& service, const Shape& shape, const void* input);

}  // namespace orrery::wire
