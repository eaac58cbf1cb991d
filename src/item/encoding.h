// Writing the layout of item/value.h: for the .cc files of this folder, and those of expression/ that edit encodings.
#pragma once

#include "item/view.h"

#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace orrery::item::internal {

// A growing buffer whose writes are inlined (std::string's append is a call for each piece). Kept by its thread for the
// next use.
class Sink {
 public:
  std::size_t size() const { return static_cast<std::size_t>(at_ - begin_.get()); }
  char* data() { return begin_.get(); }
  std::string_view since(std::size_t start) const { return {begin_.get() + start, size() - start}; }
  void truncate(std::size_t size) { at_ = begin_.get() + size; }

  // Room for `count` bytes at the returned place; `advance` says how many were used.
  char* room(std::size_t count) {
    if (static_cast<std::size_t>(end_ - at_) < count) [[unlikely]]
      grow(count);
    return at_;
  }
  void advance(std::size_t count) { at_ += count; }
  void put(char c) { *room(1) = c, advance(1); }
  void put(Tag tag) { put(static_cast<char>(tag)); }
  void put(std::string_view bytes) {
    char* to = room(bytes.size());
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
    advance(bytes.size());
  }
  void put_varint(std::size_t value) {
    char* to = room(10);
    if (value < 0x80) [[likely]] {
      *to = static_cast<char>(value);
      return advance(1);
    }
    std::size_t used = 0;
    for (; value >= 0x80; value >>= 7) to[used++] = static_cast<char>(value | 0x80);
    to[used++] = static_cast<char>(value);
    advance(used);
  }
  // varint(length) bytes
  void put_bytes(std::string_view bytes) {
    put_varint(bytes.size());
    put(bytes);
  }
  // The same for bytes that have 16 readable ones behind their end: short ones are copied without a call.
  void put_padded_bytes(std::string_view bytes) {
    put_varint(bytes.size());
    char* to = room(bytes.size() + 32);
    if (bytes.size() <= 32) {
      std::memcpy(to, bytes.data(), 16);
      if (bytes.size() > 16) std::memcpy(to + 16, bytes.data() + 16, 16);
    } else {
      std::memcpy(to, bytes.data(), bytes.size());
    }
    advance(bytes.size());
  }
  // The length of what follows, filled in by close().
  std::size_t open() {
    room(4);
    advance(4);
    return size();
  }
  void close(std::size_t opened) {
    const std::size_t length = size() - opened;
    for (int i = 0; i < 4; ++i) begin_[opened - 4 + static_cast<std::size_t>(i)] = static_cast<char>(length >> (8 * i));
  }
  // Empties; gives the memory of an unusually large document back.
  void clear() {
    if (size() > 1024 * 1024) {
      begin_.reset();
      at_ = end_ = nullptr;
    } else {
      truncate(0);
    }
  }

 private:
  void grow(std::size_t count);

  std::unique_ptr<char[]> begin_;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

// varint(length) text of a canonical number.
void put_number(Sink& sink, const Decimal& number);

}  // namespace orrery::item::internal
