#include "services/identity/mfa.h"

#include "base/encode.h"
#include "services/identity/entities.h"

#include <array>
#include <cstdint>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace orrery::identity {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::int64_t kStepSeconds = 30;

std::string unbase32(std::string_view text) {
  std::string out;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const auto value = kAlphabet.find(c);
    if (value == std::string_view::npos) continue;
    buffer = (buffer << 5U) | static_cast<std::uint32_t>(value);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>((buffer >> static_cast<unsigned>(bits)) & 0xffU);
  }
  return out;
}

}  // namespace

std::string one_time_password(std::string_view seed, std::int64_t step) {
  const std::string key = unbase32(seed);
  std::array<unsigned char, 8> counter{};
  for (std::size_t i = 0; i < 8; ++i) {
    counter[i] = static_cast<unsigned char>((static_cast<std::uint64_t>(step) >> (8 * (7 - i))) & 0xffU);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), counter.data(), counter.size(), digest.data(), &length);
  // RFC 4226 section 5.3.
  const std::size_t at = digest[19] & 0x0fU;
  const std::uint32_t number = ((digest[at] & 0x7fU) << 24U) | (static_cast<std::uint32_t>(digest[at + 1]) << 16U) |
                               (static_cast<std::uint32_t>(digest[at + 2]) << 8U) | digest[at + 3];
  const std::string digits = std::to_string(number % 1'000'000);
  return std::string(6 - digits.size(), '0') + digits;
}

std::optional<std::int64_t> matching_step(std::string_view seed, std::string_view code, Instant now) {
  const std::int64_t current = epoch_ms(now) / 1000 / kStepSeconds;
  for (const std::int64_t step : {current, current - 1, current + 1}) {
    if (constant_time_equal(one_time_password(seed, step), code)) return step;
  }
  return std::nullopt;
}

Result<bool> take_mfa_code(Transaction& tx, std::string_view account, std::string_view user_id, std::string_view serial,
                           std::string_view code, Instant now) {
  auto device = TRY(get_item(tx, account, "mfa", serial));
  if (!device || find_string(*device, "user_id").value_or("") != user_id || user_id.empty()) return false;
  const auto step = matching_step(find_string(*device, "seed").value_or(""), code, now);
  if (!step || *step <= find_int(*device, "used_step").value_or(0)) return false;
  device->as_object()["used_step"] = *step;
  TRY(put_item(tx, account, "mfa", serial, *device));
  return true;
}

}  // namespace orrery::identity
