#include "services/s3/condition_keys.h"

namespace orrery::s3 {

Result<std::optional<auth::Context::Values>> condition_value(void*, Reader&, const Call& call, const Access&,
                                                             std::string_view key) {
  using Values = auth::Context::Values;
  const auto one = [](std::string value) { return std::optional(Values{std::move(value)}); };
  const bool is_signed = call.signed_at.has_value() && !call.request_headers.empty();
  if (key == "s3:authtype" && is_signed) return one(call.presigned ? "REST-QUERY-STRING" : "REST-HEADER");
  if (key == "s3:signatureversion" && is_signed) return one("AWS4-HMAC-SHA256");
  // "The length of time, in milliseconds, that a signature is valid in an authenticated request": its age by now.
  if (key == "s3:signatureage" && is_signed && call.received_at) {
    return one(std::to_string(epoch_ms(*call.received_at) - epoch_ms(*call.signed_at)));
  }
  if (key == "s3:x-amz-content-sha256") {
    const auto hash = call.header("x-amz-content-sha256");
    return hash ? one(std::string(*hash)) : std::nullopt;
  }
  // Buckets are found by their owner only.
  if (key == "s3:resourceaccount") return one(call.account);
  return std::optional<Values>();
}

}  // namespace orrery::s3
