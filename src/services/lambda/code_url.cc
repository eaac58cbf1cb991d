#include "services/lambda/code_url.h"

#include "base/encode.h"

#include <charconv>
#include <chrono>

namespace orrery::lambda {
namespace {

constexpr std::string_view kFolder = "/_orrery/code/";
constexpr std::string_view kExpires = "Expires=";  // seconds since 1970, on the Orrery's clock
constexpr std::string_view kSignature = "&Signature=";
constexpr std::chrono::minutes kGoodFor{10};

Error forged() {
  return api_error("SignatureDoesNotMatch",
                   "The signature of this URL is not right: ask GetFunction for a new Code.Location.", 403);
}

}  // namespace

bool CodeUrls::owns(std::string_view path) { return path.starts_with(kFolder); }

std::string CodeUrls::sign(std::string_view blob_id, std::string_view expires) const {
  std::string text(blob_id);
  text.append("\n").append(expires);
  return hex(view(hmac_sha256(key_, text)));
}

std::string CodeUrls::make(const std::string& blob_id, Instant now) const {
  const std::string expires = std::to_string(epoch_ms(now + kGoodFor) / 1000);
  std::string url(kFolder);
  url.append(blob_id).append("?").append(kExpires).append(expires);
  return url.append(kSignature).append(sign(blob_id, expires));
}

Result<std::string> CodeUrls::check(std::string_view path, std::string_view query, Instant now) const {
  const std::string_view blob_id = path.substr(kFolder.size());
  const auto at = query.find(kSignature);
  if (!query.starts_with(kExpires) || at == std::string_view::npos) return fail(forged());
  const std::string_view expires = query.substr(kExpires.size(), at - kExpires.size());
  if (!constant_time_equal(query.substr(at + kSignature.size()), sign(blob_id, expires))) return fail(forged());
  std::int64_t expires_s = 0;
  std::from_chars(expires.data(), expires.data() + expires.size(), expires_s);  // ours: it was signed
  if (epoch_ms(now) / 1000 >= expires_s) return fail(api_error("AccessDenied", "Request has expired", 403));
  return std::string(blob_id);
}

}  // namespace orrery::lambda
