// Encoding -> DynamoDB JSON.
#include "base/encode.h"
#include "item/codec.h"
#include "item/encoding.h"

#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace orrery::item {
namespace {

using internal::Sink;
using internal::Tag;

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void put_escape(Sink& out, char c) {
  switch (c) {
    case '"':
      out.put("\\\"");
      return;
    case '\\':
      out.put("\\\\");
      return;
    case '\n':
      out.put("\\n");
      return;
    case '\r':
      out.put("\\r");
      return;
    case '\t':
      out.put("\\t");
      return;
    default: {
      constexpr char kDigits[] = "0123456789abcdef";
      out.put("\\u00");
      out.put(kDigits[static_cast<unsigned char>(c) >> 4]);
      out.put(kDigits[static_cast<unsigned char>(c) & 15]);
    }
  }
}

template <class Word>
Word load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// Whether one of 8 characters must be escaped: the usual tests on all bytes of a word at once.
bool any_escape(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHigh = 0x8080808080808080U;
  const auto zero_byte = [](std::uint64_t x) { return (x - kOnes) & ~x & kHigh; };
  const std::uint64_t control = (word - kOnes * 0x20) & ~word & kHigh;
  return (control | zero_byte(word ^ kOnes * '"') | zero_byte(word ^ kOnes * '\\')) != 0;
}

// Copies up to 15 characters when none needs an escape. Two words that overlap cover 4 to 7 and 8 to 15.
bool put_short(char* to, const char* from, std::size_t size) {
  if (size >= 8) {
    const auto head = load<std::uint64_t>(from);
    const auto tail = load<std::uint64_t>(from + size - 8);
    std::memcpy(to, &head, 8);
    std::memcpy(to + size - 8, &tail, 8);
    return !any_escape(head) && !any_escape(tail);
  }
  if (size >= 4) {
    const auto head = load<std::uint32_t>(from);
    const auto tail = load<std::uint32_t>(from + size - 4);
    std::memcpy(to, &head, 4);
    std::memcpy(to + size - 4, &tail, 4);
    return !any_escape(static_cast<std::uint64_t>(head) << 32 | tail);
  }
  bool plain = true;
  for (std::size_t i = 0; i < size; ++i) {
    to[i] = from[i];
    plain &= !needs_escape(from[i]);
  }
  return plain;
}

// Copies up to the first character that must be escaped; returns how many were copied.
std::size_t put_plain(Sink& out, std::string_view text) {
  char* to = out.room(text.size() + 16);
  std::size_t i = 0;
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i escape = _mm_set1_epi8('\\');
  const __m128i control = _mm_set1_epi8(0x1f);
  for (; i + 16 <= text.size(); i += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + i));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i), block);
    const __m128i below = _mm_cmpeq_epi8(_mm_max_epu8(block, control), control);
    const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, escape));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(below, special)));
    if (mask != 0) {
      i += static_cast<std::size_t>(__builtin_ctz(mask));
      out.advance(i);
      return i;
    }
  }
#endif
  if (text.size() - i < 16 && put_short(to + i, text.data() + i, text.size() - i)) {
    i = text.size();
  } else {
    for (; i < text.size() && !needs_escape(text[i]); ++i) to[i] = text[i];
  }
  out.advance(i);
  return i;
}

// `text` between quotes.
void put_text(Sink& out, std::string_view text) {
  out.put('"');
  while (true) {
    text.remove_prefix(put_plain(out, text));
    if (text.empty()) break;
    put_escape(out, text.front());
    text.remove_prefix(1);
  }
  out.put('"');
}

void put_value(Sink& out, std::string_view& rest);

void put_entries(Sink& out, std::string_view rest) {
  char before = '{';
  while (!rest.empty()) {
    out.put(before);
    before = ',';
    put_text(out, internal::take_bytes(rest));
    out.put(':');
    put_value(out, rest);
  }
  out.put(before == '{' ? std::string_view("{}") : std::string_view("}"));
}

// `put` takes one element off the front of the rest and writes it.
template <class Put>
void put_array(Sink& out, std::string_view rest, Put put) {
  char before = '[';
  while (!rest.empty()) {
    out.put(before);
    before = ',';
    put(rest);
  }
  out.put(before == '[' ? std::string_view("[]") : std::string_view("]"));
}

void put_base64(Sink& out, std::string_view bytes) {
  out.put('"');
  out.put(base64(bytes));
  out.put('"');
}

// Takes the value off the front of `rest`. Numbers need no escapes.
void put_value(Sink& out, std::string_view& rest) {
  const Tag tag = internal::take_tag(rest);
  const std::string_view body = internal::take_body(tag, rest);
  const auto text_element = [&](std::string_view& elements) { put_text(out, internal::take_bytes(elements)); };
  switch (tag) {
    case Tag::S:
      out.put("{\"S\":");
      put_text(out, body);
      break;
    case Tag::N:
      out.put("{\"N\":");
      put_text(out, body);
      break;
    case Tag::B:
      out.put("{\"B\":");
      put_base64(out, body);
      break;
    case Tag::True:
      out.put("{\"BOOL\":true");
      break;
    case Tag::False:
      out.put("{\"BOOL\":false");
      break;
    case Tag::Null:
      out.put("{\"NULL\":true");
      break;
    case Tag::M:
      out.put("{\"M\":");
      put_entries(out, body);
      break;
    case Tag::L:
      out.put("{\"L\":");
      put_array(out, body, [&](std::string_view& elements) { put_value(out, elements); });
      break;
    case Tag::SS:
      out.put("{\"SS\":");
      put_array(out, body, text_element);
      break;
    case Tag::NS:
      out.put("{\"NS\":");
      put_array(out, body, text_element);
      break;
    case Tag::BS:
      out.put("{\"BS\":");
      put_array(out, body, [&](std::string_view& elements) { put_base64(out, internal::take_bytes(elements)); });
      break;
  }
  out.put('}');
}

Sink& cleared_sink() {
  thread_local Sink sink;
  sink.clear();
  return sink;
}

}  // namespace

void append_json(ValueView value, std::string& out) {
  Sink& sink = cleared_sink();
  std::string_view rest = value.bytes();
  put_value(sink, rest);
  out.append(sink.since(0));
}

void append_json(ItemView item, std::string& out) {
  Sink& sink = cleared_sink();
  put_entries(sink, item.body());
  out.append(sink.since(0));
}

}  // namespace orrery::item
