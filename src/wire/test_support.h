// For tests and fuzz targets of wire/: a request's parts with their storage.
#pragma once

#include "wire/protocol.h"

#include <string>
#include <utility>
#include <vector>

namespace orrery::wire::testing {

struct Sent {
  std::string body{};
  std::vector<std::pair<std::string_view, std::string_view>> headers{};
  Pairs query{}, labels{};

  RequestParts parts() {
    body.reserve(body.size() + kBodyPadding);
    return {.headers = headers, .query = &query, .labels = &labels, .body = body};
  }
};

template <class T>
Result<T> parse(const ServiceModel& service, std::string_view operation, Sent sent) {
  T input{};
  TRY(parse_input(service, *find_operation(service, operation), sent.parts(), &input));
  return input;
}

template <class T>
ReplyParts reply(const ServiceModel& service, std::string_view operation, const T& output) {
  return serialize_output(service, *find_operation(service, operation), &output, "req-1");
}

inline std::string header(const ReplyParts& reply, std::string_view name) {
  for (const auto& [key, value] : reply.headers) {
    if (key == name) return value;
  }
  return "(none)";
}

inline std::string problem(const Error& error) { return error.code + ": " + error.message; }

}  // namespace orrery::wire::testing
