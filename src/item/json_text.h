// A cursor over JSON text that simdjson's first stage has passed: valid UTF-8, strings ended, no raw control characters
// in them, padding behind. Walking such text by hand is twice as quick as simdjson's own cursor for documents made of
// many small objects, which DynamoDB JSON is; the grammar is checked here.
#pragma once

#include "item/encoding.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace orrery::item::internal {

class JsonText {
 public:
  // `text` must have 16 readable bytes behind its end.
  void reset(std::string_view text) {
    at_ = text.data();
    end_ = text.data() + text.size();
  }

  // The next character that is no white space; '\0' at the end.
  char peek() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
    return at_ != end_ ? *at_ : '\0';
  }
  // Moves past the next character when it is `c`.
  bool take(char c) {
    if (at_ != end_ && *at_ == c) [[likely]]
      return ++at_, true;
    if (peek() != c || c == '\0') return false;
    return ++at_, true;
  }
  // A string; false when there is none or an escape is wrong. `out` lives until the next call and has 16 readable bytes
  // behind its end.
  bool string(std::string_view& out) {
    if (!take('"')) return false;
    const char* const start = at_;
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i escape = _mm_set1_epi8('\\');
    for (const char* p = start; p < end_; p += 16) {
      const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      const auto mask = static_cast<unsigned>(
          _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, escape))));
      if (mask == 0) continue;
      p += __builtin_ctz(mask);
      if (p >= end_) return false;
      if (*p == '\\') return escaped(start, p, out);
      out = {start, static_cast<std::size_t>(p - start)};
      at_ = p + 1;
      return true;
    }
#else
    for (const char* p = start; p < end_; ++p) {
      if (*p == '\\') return escaped(start, p, out);
      if (*p != '"') continue;
      out = {start, static_cast<std::size_t>(p - start)};
      at_ = p + 1;
      return true;
    }
#endif
    return false;
  }
  // Moves past `word` (true, false, null) when it comes next.
  bool literal(std::string_view word);
  // The number, literal or other run of characters that comes next, for messages.
  std::string_view token();
  // Moves past one value of any kind; false when it is malformed or nested deeper than `depth`.
  bool skip(int depth);

 private:
  bool escaped(const char* start, const char* first, std::string_view& out);
  bool unicode(const char*& p);
  bool skip_number();

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  Sink unescaped_;
};

}  // namespace orrery::item::internal
