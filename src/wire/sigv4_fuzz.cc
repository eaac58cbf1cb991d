// Any bytes as a request: "style method path ? query \n header lines". What is refused must be refused with a code, and
// a signature is never right by chance.
#include "base/check.h"
#include "wire/aws_chunked.h"
#include "wire/sigv4_sign.h"
#include "wire/sigv4_testing.h"

#include <cstddef>
#include <cstdint>

namespace {

using namespace orrery;        // NOLINT: one function
using namespace orrery::wire;  // NOLINT

void check_round_trip(SignedRequest request) {
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  for (const auto& [name, value] : request.headers) {
    // Those that the signer adds or that name the signer, and names that a header cannot have.
    std::string lower(name);
    for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    const bool own = lower == "host" || lower == "date" || lower == "authorization" || lower.rfind("x-amz-", 0) == 0;
    if (!own && name.find_first_of(";,= \t") == std::string_view::npos && !name.empty())
      headers.emplace_back(name, value);
  }
  headers.emplace_back("Host", "h");
  request.headers = headers;
  if (request.raw_query.find("X-Amz-") != std::string_view::npos) return;
  static SigningKeyCache keys;
  const Instant at = instant_from_ms(1'440'938'160'000);
  const std::string hash = hex(view(sha256("")));
  const auto added = sign_request(request, {"a", "secret", {}, "r", "s"}, hash, at);
  for (const auto& [name, value] : added) headers.emplace_back(name, value);
  request.headers = headers;
  const auto auth = read_authentication(request);
  CHECK(auth.ok());
  CHECK(verify_signature(request, *auth, "secret", hash, at, keys).ok());
  CHECK(!verify_signature(request, *auth, "other", hash, at, keys).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.empty()) return 0;
  const auto style = static_cast<ErrorStyle>(input[0] & 3);
  input.remove_prefix(1);
  const auto end = std::min(input.find('\n'), input.size());
  const std::string_view target = input.substr(0, end);
  const auto mark = std::min(target.find('?'), target.size());
  const testing::TextRequest text(style, "GET", target.substr(0, mark),
                                  target.substr(std::min(mark + 1, target.size())),
                                  input.substr(std::min(end + 1, input.size())));
  static SigningKeyCache keys;
  const auto auth = read_authentication(text.request);
  if (auth && auth->kind != AuthKind::None) {
    CHECK(!verify_signature(text.request, *auth, "secret", "", auth->signed_at, keys).ok());
    if (is_aws_chunked(auth->payload)) (void)read_aws_chunked_options(text.request, *auth).ok();
  } else if (!auth) {
    CHECK(!auth.error().code.empty());
  }
  check_round_trip(text.request);
  return 0;
}
