// Types with a JSON codec of their own. Included by codecs only: it brings simdjson.
#pragma once

#include "base/json.h"
#include "wire/shape.h"

#include <simdjson.h>

namespace orrery::wire {

struct CustomCodec {
  // Reads one JSON value into *out (already constructed). Error: the service's own (DynamoDB: ValidationException,
  // SerializationException), or code "SerializationException" when the JSON is malformed.
  Result<> (*from_json)(simdjson::ondemand::value value, void* out);
  // Appends the JSON text.
  void (*to_json)(const void* value, std::string& out);
};

}  // namespace orrery::wire
