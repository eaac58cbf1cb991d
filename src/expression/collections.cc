#include "expression/collections.h"

#include "expression/evaluate.h"
#include "item/encoding.h"

#include <algorithm>
#include <compare>

namespace orrery::expression {
namespace {

using item::ValueView;
using item::internal::Sink;
using item::internal::Tag;

Tag tag_of(ValueView value) { return static_cast<Tag>(value.bytes().front()); }

std::string_view body_of(ValueView value) {
  std::string_view rest = value.bytes();
  const Tag tag = item::internal::take_tag(rest);
  return item::internal::take_body(tag, rest);
}

// In the order that sets of this type have.
std::strong_ordering compare_elements(Tag tag, std::string_view a, std::string_view b) {
  return tag == Tag::NS ? compare_numbers(a, b) : a <=> b;
}

item::Value finish(Sink& sink, std::size_t opened) {
  sink.close(opened);
  return item::Value::from_encoding(std::string(sink.since(0)));
}

// Walks two sets together. `keep_common`, `keep_second`: which elements, besides those of the first alone, are wanted.
Sink& merge(ValueView a, ValueView b, bool keep_common, bool keep_second, std::size_t& opened) {
  thread_local Sink sink;
  sink.clear();
  const Tag tag = tag_of(a);
  sink.put(tag);
  opened = sink.open();
  std::string_view first = body_of(a);
  std::string_view second = body_of(b);
  while (!first.empty() && !second.empty()) {
    std::string_view after_first = first;
    std::string_view after_second = second;
    const std::string_view x = item::internal::take_bytes(after_first);
    const std::string_view y = item::internal::take_bytes(after_second);
    const std::strong_ordering order = compare_elements(tag, x, y);
    if (std::is_lt(order) || (std::is_eq(order) && keep_common)) sink.put_bytes(x);
    if (std::is_gt(order) && keep_second) sink.put_bytes(y);
    if (std::is_lteq(order)) first = after_first;
    if (std::is_gteq(order)) second = after_second;
  }
  sink.put(first);
  if (keep_second) sink.put(second);
  return sink;
}

}  // namespace

item::Value set_union(ValueView a, ValueView b) {
  std::size_t opened = 0;
  Sink& sink = merge(a, b, true, true, opened);
  return finish(sink, opened);
}

std::optional<item::Value> set_difference(ValueView a, ValueView b) {
  std::size_t opened = 0;
  Sink& sink = merge(a, b, false, false, opened);
  if (sink.size() == opened) return std::nullopt;
  return finish(sink, opened);
}

item::Value concatenate(ValueView a, ValueView b) {
  Sink sink;
  sink.put(Tag::L);
  const std::size_t opened = sink.open();
  sink.put(body_of(a));
  sink.put(body_of(b));
  return finish(sink, opened);
}

int depth_of(ValueView value) {
  int deepest = 0;
  if (value.type() == item::Type::L) {
    for (const ValueView element : value.list()) deepest = std::max(deepest, depth_of(element));
  } else if (value.type() == item::Type::M) {
    for (const auto& entry : value.map()) deepest = std::max(deepest, depth_of(entry.value));
  }
  return deepest + 1;
}

}  // namespace orrery::expression
