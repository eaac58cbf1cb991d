// How generated C++ types describe themselves, so that one implementation of each protocol serves every operation.
// tools/codegen.py writes a struct and a constexpr Shape for each structure of models/SERVICE.json.
//
//   string -> std::string              integer, long -> std::int64_t     float, double -> double
//   boolean -> bool                    timestamp -> Instant              blob -> std::string (raw bytes)
//   list -> std::vector<T>             map -> std::map<std::string, T>   structure -> the generated struct
//
// A required member is a T, every other an std::optional<T>. Names are AWS's, verbatim.
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace orrery::wire {

enum class ShapeKind : std::uint8_t {
  String,
  Boolean,
  Integer,
  Long,
  Float,
  Double,
  Timestamp,
  Blob,
  List,
  Map,
  Structure,
  Custom,  // hand-written type with its own codec (the DynamoDB attribute value)
};

// Where a member travels (Smithy HTTP bindings).
enum class Location : std::uint8_t { Body, Header, HeaderPrefix, QueryString, Uri, StatusCode };

enum class TimestampFormat : std::uint8_t { Default, EpochSeconds, Iso8601, HttpDate };

struct Shape;
struct CustomCodec;  // wire/custom.h

// Type-erased access to a std::optional<T>; one for each T, however many members have it.
struct OptionalAccess {
  void* (*emplace)(void* optional);          // makes it hold a new T, returns that
  const void* (*get)(const void* optional);  // the T*, or nullptr when there is none
};

// Type-erased access to one member of a generated struct.
struct MemberAccess {
  std::size_t offset;              // bytes from the start of the struct
  const OptionalAccess* optional;  // nullptr: the member is always there

  // Makes the member present, returns its T*.
  void* emplace(void* structure) const {
    void* field = static_cast<char*>(structure) + offset;
    return optional != nullptr ? optional->emplace(field) : field;
  }
  // The T*, or nullptr when absent.
  const void* get(const void* structure) const {
    const void* field = static_cast<const char*>(structure) + offset;
    return optional != nullptr ? optional->get(field) : field;
  }
};

struct Member {
  std::string_view name{};           // AWS name, also the C++ one
  std::string_view location_name{};  // on the wire (header name, query key, XML element, JSON key)
  const Shape* shape;
  MemberAccess access;
  Location location = Location::Body;
  TimestampFormat timestamp_format = TimestampFormat::Default;
  std::string_view xml_namespace{};
  bool required = false;
  bool idempotency_token = false;  // filled in by the server when the client sent none
  bool payload = false;            // the member is the body itself
  bool flattened = false;          // XML/query: list or map without its wrapper
  bool xml_attribute = false;
};

struct ListAccess {
  void* (*append)(void* list);  // T* of a new last element
  std::size_t (*size)(const void* list);
  const void* (*at)(const void* list, std::size_t index);
};

struct MapAccess {
  void* (*insert)(void* map, std::string_view key);  // T* of the (new) entry
  std::size_t (*size)(const void* map);
  // Calls visit(context, key, T*) for each entry in key order.
  void (*each)(const void* map, void* context, void (*visit)(void* context, std::string_view key, const void* value));
};

inline constexpr std::int64_t kNoMin = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kNoMax = std::numeric_limits<std::int64_t>::max();

struct Shape {
  ShapeKind kind;
  std::string_view name{};
  std::int64_t min = kNoMin;  // length of strings, blobs, lists and maps; value of numbers
  std::int64_t max = kNoMax;
  std::string_view pattern{};                       // as AWS spells it (Java); empty: none
  std::string_view re2_pattern{};                   // its form for RE2 where that differs; empty: the same
  std::atomic<const void*>* regex = nullptr;        // where validate.cc keeps the compiled pattern
  std::span<const std::string_view> enum_values{};  // empty: not an enum
  std::span<const Member> members{};                // Structure
  const Shape* element = nullptr;                   // List: its member; Map: its value
  const Shape* key = nullptr;                       // Map
  std::string_view element_name{};  // XML/query name of a list's element ("member") or a map's value ("value")
  std::string_view key_name{};      // XML/query name of a map's key ("key")
  std::string_view xml_namespace{};
  const ListAccess* list = nullptr;
  const MapAccess* map = nullptr;
  const CustomCodec* custom = nullptr;
  bool flattened = false;
  bool sensitive = false;  // never logged
  bool is_union = false;
};

// Ec2 has errors only (protocol_error.cc): no service that speaks it is here.
enum class Protocol : std::uint8_t { Json, RestJson, RestXml, Query, Ec2, RpcV2Cbor };

struct ErrorModel {
  std::string_view shape{};  // "ResourceNotFoundException"
  std::string_view code{};   // on the wire; differs from the shape's name in query services ("NoSuchEntity")
  int status;
  std::string_view message_member = "message";  // or "Message"
};

struct OperationModel {
  std::string_view name{};
  std::string_view method{};     // "POST"
  std::string_view uri{};        // "/2015-03-31/functions/{FunctionName}", "/{Bucket}/{Key+}?delete"
  int status = 200;              // of success
  const Shape* input = nullptr;  // nullptr with output == nullptr: not in scope, answered 501
  const Shape* output = nullptr;
  std::string_view result_wrapper{};  // query: "CreateRoleResult"
  std::string_view xml_root{};        // rest-xml: root element of the output
  // What a request must carry to mean this operation, where another has the same method and URI:
  // "querystring:partNumber", "header:x-amz-copy-source".
  std::span<const std::string_view> needs{};
  bool unwrapped_output = false;  // rest-xml: the output's one member is the root element itself
  bool streaming_input = false;   // the body is a stream and no member of the input struct (S3's Body)
  bool streaming_output = false;
  bool in_scope = false;
};

struct ServiceModel {
  std::string_view id{};            // Orrery's and the folder's name: "dynamodb", "events"
  std::string_view signing_name{};  // in the credential scope: "dynamodb", "events", "monitoring"
  std::string_view api_version{};
  Protocol protocol;
  std::string_view json_version{};   // "1.0", "1.1"
  std::string_view target_prefix{};  // "DynamoDB_20120810"
  std::string_view xml_namespace{};
  std::string_view error_namespace{};            // json: before the '#' of __type; empty: the bare name
  bool query_compatible = false;                 // json: formerly a query service, whose error codes travel in a header
  std::span<const OperationModel> operations{};  // sorted by name
  std::span<const ErrorModel> errors{};          // sorted by shape
};

const OperationModel* find_operation(const ServiceModel& service, std::string_view name);
// By the code on the wire or the shape's name; nullptr: not an error that the model knows.
const ErrorModel* find_error(const ServiceModel& service, std::string_view code);

// An operation without input or output members.
struct Empty {};
extern const Shape kEmptyShape;
inline const Shape& shape_of(std::type_identity<Empty>) { return kEmptyShape; }
// codegen.py declares shape_of(std::type_identity<T>) beside each generated structure T; found by argument lookup.
template <class T>
const Shape& shape_for() {
  return shape_of(std::type_identity<T>{});
}

// Access tables, instantiated by the generated code.
namespace access {

template <class T>
inline constexpr OptionalAccess kOptional = {
    [](void* o) -> void* { return &static_cast<std::optional<T>*>(o)->emplace(); },
    [](const void* o) -> const void* {
      const auto& optional = *static_cast<const std::optional<T>*>(o);
      return optional ? &*optional : nullptr;
    }};

// Of a member of the type Field that stands `offset` bytes into its struct.
template <class Field>
struct Of {
  static constexpr MemberAccess at(std::size_t offset) { return {offset, nullptr}; }
};
template <class T>
struct Of<std::optional<T>> {
  static constexpr MemberAccess at(std::size_t offset) { return {offset, &kOptional<T>}; }
};

template <class T>
inline constexpr ListAccess kList = {
    [](void* l) -> void* {
      auto& list = *static_cast<std::vector<T>*>(l);
      list.emplace_back();
      return &list.back();
    },
    [](const void* l) { return static_cast<const std::vector<T>*>(l)->size(); },
    [](const void* l, std::size_t i) -> const void* { return &(*static_cast<const std::vector<T>*>(l))[i]; }};

template <class T>
inline constexpr MapAccess kMap = {
    [](void* m, std::string_view key) -> void* {
      return &(*static_cast<std::map<std::string, T>*>(m))[std::string(key)];
    },
    [](const void* m) { return static_cast<const std::map<std::string, T>*>(m)->size(); },
    [](const void* m, void* context, void (*visit)(void*, std::string_view, const void*)) {
      for (const auto& [key, value] : *static_cast<const std::map<std::string, T>*>(m)) visit(context, key, &value);
    }};

}  // namespace access
}  // namespace orrery::wire
