#include "item/codec.h"

#include "item/json_read.h"
#include "wire/custom.h"

namespace orrery::item {
namespace {

using internal::JsonReader;
using internal::Sink;

Error malformed(simdjson::error_code error) {
  return api_error("SerializationException", simdjson::error_message(error));
}

// Buffers that a thread keeps from one document to the next.
struct Workspace {
  Sink sink;
  JsonReader reader{sink};
};

Workspace& cleared_workspace() {
  thread_local Workspace workspace;
  workspace.sink.clear();
  return workspace;
}

// The text of a whole value; simdjson's cursor moves behind it.
Result<std::string_view> text_of(simdjson::ondemand::value json) {
  const auto text = [&]() -> simdjson::simdjson_result<std::string_view> {
    std::string_view token = json.raw_json_token();
    if (token.front() == '{') {
      simdjson::ondemand::object object;
      if (const auto error = json.get_object().get(object)) return error;
      return object.raw_json();
    }
    // Wrong in any case; the reader says how.
    return std::move(token);
  }();
  if (text.error() != simdjson::SUCCESS) return fail(malformed(text.error()));
  return text.value_unsafe();
}

Result<> read(simdjson::ondemand::value json, Value& out) {
  Workspace& work = cleared_workspace();
  TRY(work.reader.read_value(TRY(text_of(json))));
  out = Value::from_encoding(std::string(work.sink.since(0)));
  return {};
}

Result<> read(simdjson::ondemand::value json, Item& out) {
  Workspace& work = cleared_workspace();
  TRY(work.reader.read_item(TRY(text_of(json))));
  out = Item::from_encoding(std::string(work.sink.since(0)));
  return {};
}

template <class T>
Result<T> parse(std::string_view text) {
  const simdjson::padded_string padded(text);
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  if (const auto error = parser.iterate(padded).get(document)) return fail(malformed(error));
  simdjson::ondemand::value json;
  if (const auto error = document.get_value().get(json)) {
    if (error != simdjson::SCALAR_DOCUMENT_AS_VALUE) return fail(malformed(error));
    return fail(api_error("SerializationException", "Unexpected value type in payload"));
  }
  T out;
  TRY(read(json, out));
  const char* rest = nullptr;
  if (document.current_location().get(rest) == simdjson::SUCCESS) return fail(malformed(simdjson::TAPE_ERROR));
  return out;
}

template <class T>
json::value document_of(const T& value) {
  Result<json::value> document = parse_json(to_json(value));
  CHECK(document.ok());
  return *std::move(document);
}

}  // namespace

const wire::CustomCodec kValueCodec = {
    [](simdjson::ondemand::value json, void* out) { return read(json, *static_cast<Value*>(out)); },
    [](const void* value, std::string& out) { append_json(static_cast<const Value*>(value)->view(), out); }};

const wire::CustomCodec kItemCodec = {
    [](simdjson::ondemand::value json, void* out) { return read(json, *static_cast<Item*>(out)); },
    [](const void* item, std::string& out) { append_json(static_cast<const Item*>(item)->view(), out); }};

std::string to_json(ValueView value) {
  std::string out;
  append_json(value, out);
  return out;
}

std::string to_json(ItemView item) {
  std::string out;
  append_json(item, out);
  return out;
}

Result<Value> value_from_json(std::string_view text) { return parse<Value>(text); }
Result<Item> item_from_json(std::string_view text) { return parse<Item>(text); }
Result<Value> value_from_document(const json::value& document) { return parse<Value>(to_text(document)); }
Result<Item> item_from_document(const json::value& document) { return parse<Item>(to_text(document)); }
json::value to_document(ValueView value) { return document_of(value); }
json::value to_document(ItemView item) { return document_of(item); }

}  // namespace orrery::item
