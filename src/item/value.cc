#include "item/value.h"

#include "item/encoding.h"

#include <algorithm>

namespace orrery::item {
namespace internal {

void Sink::grow(std::size_t count) {
  const std::size_t used = size();
  const std::size_t capacity = std::max<std::size_t>({4096, used + count, 2 * used});
  std::unique_ptr<char[]> larger(new char[capacity]);
  if (used > 0) std::memcpy(larger.get(), begin_.get(), used);
  begin_ = std::move(larger);
  at_ = begin_.get() + used;
  end_ = begin_.get() + capacity;
}

void put_number(Sink& sink, const Decimal& number) { sink.put_bytes(number.text()); }

}  // namespace internal

namespace {

using internal::Sink;
using internal::Tag;

std::string finish(Sink& sink) { return std::string(sink.since(0)); }

std::string scalar(Tag tag, std::string_view bytes) {
  Sink sink;
  sink.put(tag);
  sink.put_bytes(bytes);
  return finish(sink);
}

std::string byte_set(Tag tag, std::vector<std::string> elements) {
  CHECK(!elements.empty());
  std::sort(elements.begin(), elements.end());
  elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
  Sink sink;
  sink.put(tag);
  const std::size_t opened = sink.open();
  for (const std::string& element : elements) sink.put_bytes(element);
  sink.close(opened);
  return finish(sink);
}

}  // namespace

Value::Value() : bytes_(1, static_cast<char>(Tag::Null)) {}

Value Value::from_encoding(std::string bytes) {
  Value out;
  out.bytes_ = std::move(bytes);
  return out;
}

Value Value::string(std::string_view text) { return from_encoding(scalar(Tag::S, text)); }
Value Value::number(const Decimal& number) { return from_encoding(scalar(Tag::N, number.text())); }
Value Value::binary(std::string_view bytes) { return from_encoding(scalar(Tag::B, bytes)); }

Value Value::boolean(bool value) {
  return from_encoding(std::string(1, static_cast<char>(value ? Tag::True : Tag::False)));
}

Value Value::list(std::span<const Value> elements) {
  Sink sink;
  sink.put(Tag::L);
  const std::size_t opened = sink.open();
  for (const Value& element : elements) sink.put(element.bytes());
  sink.close(opened);
  return from_encoding(finish(sink));
}

Value Value::map(const Item& members) {
  Sink sink;
  sink.put(Tag::M);
  const std::size_t opened = sink.open();
  sink.put(members.view().body());
  sink.close(opened);
  return from_encoding(finish(sink));
}

Value Value::string_set(std::vector<std::string> elements) {
  return from_encoding(byte_set(Tag::SS, std::move(elements)));
}

Value Value::binary_set(std::vector<std::string> elements) {
  return from_encoding(byte_set(Tag::BS, std::move(elements)));
}

Value Value::number_set(std::vector<Decimal> elements) {
  CHECK(!elements.empty());
  std::sort(elements.begin(), elements.end());
  elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
  Sink sink;
  sink.put(Tag::NS);
  const std::size_t opened = sink.open();
  for (const Decimal& element : elements) internal::put_number(sink, element);
  sink.close(opened);
  return from_encoding(finish(sink));
}

Item::Item() : bytes_(ItemView::kEmpty) {}

Item::Item(std::initializer_list<std::pair<std::string_view, Value>> attributes) {
  ItemBuilder builder;
  for (const auto& [name, value] : attributes) builder.set(name, value);
  *this = builder.build();
}

Item Item::from_encoding(std::string bytes) {
  Item out;
  out.bytes_ = std::move(bytes);
  return out;
}

ItemBuilder::ItemBuilder(ItemView from) {
  for (const auto& [name, value] : from) attributes_.emplace_hint(attributes_.end(), name, value.bytes());
}

ItemBuilder& ItemBuilder::set(std::string_view name, ValueView value) {
  attributes_.insert_or_assign(std::string(name), std::string(value.bytes()));
  return *this;
}

ItemBuilder& ItemBuilder::erase(std::string_view name) {
  const auto found = attributes_.find(name);
  if (found != attributes_.end()) attributes_.erase(found);
  return *this;
}

Item ItemBuilder::build() const {
  Sink sink;
  sink.put(ItemView::kVersion);
  for (const auto& [name, value] : attributes_) {
    sink.put_bytes(name);
    sink.put(value);
  }
  return Item::from_encoding(finish(sink));
}

Error nesting_error() {
  return api_error("ValidationException",
                   "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond "
                   "supported limit");
}

}  // namespace orrery::item
