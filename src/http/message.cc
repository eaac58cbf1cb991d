#include "http/message.h"

#include <algorithm>

namespace orrery::http {
namespace {

constexpr std::size_t kUsualBytes = 240;  // of all header fields of a response; few have more

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

Error too_large() { return api_error("EntityTooLarge", "The request body exceeds the maximum allowed size", 413); }

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
  return true;
}

bool has_token(std::string_view field_value, std::string_view token) {
  while (!field_value.empty()) {
    std::string_view piece = field_value.substr(0, field_value.find(','));
    field_value.remove_prefix(std::min(piece.size() + 1, field_value.size()));
    while (!piece.empty() && (piece.front() == ' ' || piece.front() == '\t')) piece.remove_prefix(1);
    while (!piece.empty() && (piece.back() == ' ' || piece.back() == '\t')) piece.remove_suffix(1);
    if (equals_ignoring_case(piece, token)) return true;
  }
  return false;
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const Header& field : fields_)
    if (equals_ignoring_case(field.name, name)) return field.value;
  return std::nullopt;
}

awaitable<Result<std::string_view>> BodyReader::read_all(std::size_t limit_bytes) {
  if (const auto length = content_length(); length && *length > limit_bytes) co_return fail(too_large());
  if (const auto whole = buffered()) {
    if (whole->size() > limit_bytes) co_return fail(too_large());
    co_return *whole;
  }
  all_.clear();
  for (;;) {
    Result<std::string_view> piece = co_await read();
    if (!piece) co_return fail(std::move(piece).error());
    if (piece->empty()) co_return std::string_view(all_);
    if (all_.empty())
      if (const auto length = content_length()) all_.reserve(static_cast<std::size_t>(*length));
    if (piece->size() > limit_bytes - all_.size()) co_return fail(too_large());
    all_.append(*piece);
  }
}

awaitable<Result<std::string_view>> MemoryBody::read() { co_return std::exchange(bytes_, std::string_view()); }

std::optional<std::string_view> MemoryBody::buffered() { return std::exchange(bytes_, std::string_view()); }

void HeaderList::add(std::string_view name, std::string_view value) {
  if (wire_.empty()) wire_.reserve(kUsualBytes);
  wire_.append(name).append(": ");
  const std::size_t start = wire_.size();
  wire_.append(value);
  std::replace_if(
      wire_.begin() + static_cast<std::ptrdiff_t>(start), wire_.end(),
      [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  wire_.append("\r\n");
}

void HeaderList::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

void HeaderList::remove(std::string_view name) {
  if (!find(name)) return;
  HeaderList kept;
  each([&](std::string_view n, std::string_view v) {
    if (!equals_ignoring_case(n, name)) kept.add(n, v);
  });
  *this = std::move(kept);
}

std::optional<std::string_view> HeaderList::find(std::string_view name) const {
  std::optional<std::string_view> found;
  each([&](std::string_view n, std::string_view v) {
    if (!found && equals_ignoring_case(n, name)) found = v;
  });
  return found;
}

Response Response::text(int status, std::string body, std::string_view content_type) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", content_type);
  response.body = std::move(body);
  return response;
}

std::string_view reason_phrase(int status) {
  static constexpr std::pair<int, std::string_view> kPhrases[] = {
      {100, "Continue"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {416, "Range Not Satisfiable"},
      {422, "Unprocessable Content"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  };
  for (const auto& [code, phrase] : kPhrases) {
    if (code == status) return phrase;
  }
  return "Status";
}

}  // namespace orrery::http
