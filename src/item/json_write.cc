// Encoding -> DynamoDB JSON.
#include "base/encode.h"
#include "item/codec.h"
#include "item/encoding.h"

#include <array>

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
  for (; i < text.size() && !needs_escape(text[i]); ++i) to[i] = text[i];
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

void put_value(Sink& out, ValueView value);

void put_entries(Sink& out, MapView entries) {
  char before = '{';
  for (const auto& [name, value] : entries) {
    out.put(before);
    before = ',';
    put_text(out, name);
    out.put(':');
    put_value(out, value);
  }
  out.put(before == '{' ? std::string_view("{}") : std::string_view("}"));
}

template <class Elements, class Put>
void put_array(Sink& out, const Elements& elements, Put put) {
  char before = '[';
  for (const auto& element : elements) {
    out.put(before);
    before = ',';
    put(element);
  }
  out.put(before == '[' ? std::string_view("[]") : std::string_view("]"));
}

void put_base64(Sink& out, std::string_view bytes) {
  out.put('"');
  out.put(base64(bytes));
  out.put('"');
}

void put_value(Sink& out, ValueView value) {
  switch (value.type()) {
    case Type::S:
      out.put("{\"S\":");
      put_text(out, value.string());
      break;
    case Type::N:
      out.put("{\"N\":\"");
      out.put(value.number_text());
      out.put('"');
      break;
    case Type::B:
      out.put("{\"B\":");
      put_base64(out, value.binary());
      break;
    case Type::BOOL:
      out.put(value.boolean() ? "{\"BOOL\":true" : "{\"BOOL\":false");
      break;
    case Type::NULL_:
      out.put("{\"NULL\":true");
      break;
    case Type::M:
      out.put("{\"M\":");
      put_entries(out, value.map());
      break;
    case Type::L:
      out.put("{\"L\":");
      put_array(out, value.list(), [&](ValueView element) { put_value(out, element); });
      break;
    case Type::SS:
      out.put("{\"SS\":");
      put_array(out, value.set(), [&](std::string_view element) { put_text(out, element); });
      break;
    case Type::NS:
      out.put("{\"NS\":");
      put_array(out, value.set(), [&](std::string_view element) { put_text(out, element); });
      break;
    case Type::BS:
      out.put("{\"BS\":");
      put_array(out, value.set(), [&](std::string_view element) { put_base64(out, element); });
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
  put_value(sink, value);
  out.append(sink.since(0));
}

void append_json(ItemView item, std::string& out) {
  Sink& sink = cleared_sink();
  put_entries(sink, item);
  out.append(sink.since(0));
}

}  // namespace orrery::item
