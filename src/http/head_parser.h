// The request head and the chunked framing, by Boost.Beast's parser (kept in the .cc), with the stricter rules that
// close the doors to request smuggling.
#pragma once

#include "http/message.h"
#include "http/uri.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace orrery::http {

// The views point into the bytes given to parse_head.
struct Head {
  std::string_view method, target;
  Target parts;
  int minor_version = 1;
  std::vector<Header> fields;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = true;
  bool expects_continue = false;

  void clear();
};

// Why a request is refused before any handler sees it.
struct HeadError {
  int status;  // 400, 414, 431, 501, 505
  std::string_view reason;
};

// The length of the head at the start of `bytes` (with its empty line), 0 while incomplete. `scanned` is where the last
// search stopped; it starts at 0.
std::size_t find_head_end(std::string_view bytes, std::size_t& scanned);
// Bytes that cannot become a request, told before the head is complete: a first byte that begins no method, or a NUL.
bool is_hopeless(std::string_view bytes, std::size_t already_checked);

class HeadParser {
 public:
  HeadParser();
  ~HeadParser();
  HeadParser(HeadParser&&) noexcept;
  HeadParser& operator=(HeadParser&&) noexcept;

  // `bytes` is exactly one head, its empty line included.
  std::optional<HeadError> parse_head(std::string_view bytes, std::size_t max_fields, Head& head);

  // Chunked bodies only. Takes framing and data from the front of `bytes`.
  struct Step {
    enum class Kind : unsigned char { Data, NeedMore, End, Bad } kind;
    std::size_t consumed = 0;  // to be removed from the front, whatever the kind
    std::string_view data;     // Kind::Data: within the consumed bytes
  };
  Step step(std::string_view bytes);
  // A field behind the last chunk, once step() has said End. Valid until the next head; empty when it is not there.
  std::string_view trailer(std::string_view name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace orrery::http
