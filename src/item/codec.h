// DynamoDB JSON ({"S": "text"}, {"M": {...}}) to and from the encoding of item/value.h, without a tree in between.
//
// Everything read is checked with the service's own texts. ValidationException: no or several data types, empty and
// duplicate sets, numbers, nesting. SerializationException: a wrong JSON type, bad base64, malformed JSON or UTF-8.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "item/value.h"

#include <string>
#include <string_view>

namespace orrery::wire {
struct CustomCodec;  // wire/custom.h
}

namespace orrery::item {

// For the generated shapes: AttributeValue is an item::Value, a map of AttributeValue (Item, Key, …) an item::Item.
extern const wire::CustomCodec kValueCodec;
extern const wire::CustomCodec kItemCodec;

// The JSON text, appended. Cannot fail.
void append_json(ValueView value, std::string& out);
void append_json(ItemView item, std::string& out);
std::string to_json(ValueView value);
std::string to_json(ItemView item);

// The whole text is one value or item; it is copied once (the parser reads past the end).
Result<Value> value_from_json(std::string_view text);
Result<Item> item_from_json(std::string_view text);

// Boost.JSON documents, for tools and stored records; not for the hot path.
Result<Value> value_from_document(const json::value& document);
Result<Item> item_from_document(const json::value& document);
json::value to_document(ValueView value);
json::value to_document(ItemView item);

}  // namespace orrery::item
