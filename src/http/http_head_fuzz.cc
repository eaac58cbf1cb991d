// The request head, and the chunked framing behind it, from arbitrary bytes in arbitrary segments.
#include "base/check.h"
#include "http/head_parser.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

using orrery::http::Head;
using orrery::http::HeadParser;

namespace {

bool within(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

// What the rest of the house relies on.
void check_head(const Head& head, std::string_view bytes) {
  CHECK(!head.method.empty() && within(head.method, bytes) && within(head.target, bytes));
  CHECK(!(head.chunked && head.content_length));
  CHECK(head.target.find_first_of(" \r\n") == std::string_view::npos);
  for (const auto& field : head.fields) {
    CHECK(!field.name.empty() && within(field.name, bytes) && within(field.value, bytes));
    for (const std::string_view text : {field.name, field.value})
      CHECK(text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
  }
}

// Gives the framing `segment` bytes at a time, as a connection does; what is unread moves to fresh memory each time.
void decode(HeadParser& parser, std::string_view bytes, std::size_t segment) {
  std::string unread;
  while (!bytes.empty()) {
    const std::string_view more = bytes.substr(0, segment);
    bytes.remove_prefix(more.size());
    unread.append(more);
    for (;;) {
      const auto exact = std::make_unique<char[]>(unread.size());
      std::memcpy(exact.get(), unread.data(), unread.size());
      const std::string_view view(exact.get(), unread.size());
      const HeadParser::Step step = parser.step(view);
      CHECK(step.consumed <= view.size() && within(step.data, view.substr(0, step.consumed)));
      unread.erase(0, step.consumed);
      if (step.kind == HeadParser::Step::Kind::End || step.kind == HeadParser::Step::Kind::Bad) return;
      if (step.kind == HeadParser::Step::Kind::NeedMore) break;
      CHECK(!step.data.empty());
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t segment = 1 + data[0] % 16;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::size_t scanned = 0;
  std::size_t end = 0;
  for (std::size_t have = segment; end == 0 && have < bytes.size() + segment; have += segment)
    end = orrery::http::find_head_end(bytes.substr(0, have), scanned);
  if (end == 0 || orrery::http::is_hopeless(bytes.substr(0, end), 0)) return 0;
  HeadParser parser;
  Head head;
  const auto exact = std::make_unique<char[]>(end);
  std::memcpy(exact.get(), bytes.data(), end);
  const std::string_view view(exact.get(), end);
  if (parser.parse_head(view, 64, head)) return 0;
  check_head(head, view);
  if (head.chunked) decode(parser, bytes.substr(end), segment);
  return 0;
}
