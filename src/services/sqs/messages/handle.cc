#include "services/sqs/messages/handle.h"

#include "base/encode.h"

namespace orrery::sqs {
namespace {

constexpr std::string_view kMark = "AQEB";
constexpr std::size_t kNumbers = 24, kCheck = 6;

std::string check_of(std::string_view numbers) { return std::string(view(sha256(numbers)).substr(0, kCheck)); }

}  // namespace

std::string handle_text(const Handle& handle) {
  std::string bytes;
  bytes.reserve(kNumbers + kCheck);
  for (const std::uint64_t number : {handle.queue, handle.number, handle.receipt}) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
  }
  bytes += check_of(bytes);
  return std::string(kMark) + base64(bytes);
}

std::optional<Handle> parse_handle(std::string_view text) {
  if (!text.starts_with(kMark)) return std::nullopt;
  const auto bytes = unbase64(text.substr(kMark.size()));
  if (!bytes || bytes->size() != kNumbers + kCheck) return std::nullopt;
  const std::string_view numbers = std::string_view(*bytes).substr(0, kNumbers);
  if (check_of(numbers) != bytes->substr(kNumbers)) return std::nullopt;
  const auto number = [&](std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = at; i < at + 8; ++i) value = value << 8 | static_cast<unsigned char>(numbers[i]);
    return value;
  };
  return Handle{number(0), number(8), number(16)};
}

}  // namespace orrery::sqs
