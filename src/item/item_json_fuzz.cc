// JSON -> encoding -> JSON -> the same encoding, which is valid; whatever the JSON.
#include "base/check.h"
#include "item/codec.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace orrery::item;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const orrery::Result<Item> item = item_from_json(text);
  if (item.ok()) {
    CHECK(check_item(item->bytes()).ok());
    const orrery::Result<Item> again = item_from_json(to_json(item->view()));
    CHECK(again.ok() && *again == *item);
    CHECK(ItemBuilder(item->view()).build() == *item);
    CHECK(item->size_bytes() <= size + 200 * size);
  }
  const orrery::Result<Value> value = value_from_json(text);
  if (value.ok()) {
    const orrery::Result<Value> again = value_from_json(to_json(value->view()));
    CHECK(again.ok() && *again == *value);
  }
  if (check_item(text).ok()) {
    const orrery::Result<Item> back = item_from_json(to_json(ItemView(text)));
    CHECK(back.ok() && back->bytes() == text);
  }
  return 0;
}
