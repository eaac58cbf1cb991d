// Any text is an ARN or is not; what is one comes out as it went in.
#include "base/arn.h"
#include "base/check.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto arn = orrery::Arn::parse(text);
  if (!arn) return 0;
  CHECK(arn->text() == text);
  const auto again = orrery::Arn::parse(arn->text());
  CHECK(again && again->resource == arn->resource && again->account == arn->account);
  return 0;
}
