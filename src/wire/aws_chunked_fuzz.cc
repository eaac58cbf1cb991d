// Any bytes as an aws-chunked body. In whatever pieces it comes, the outcome is the same.
#include "base/check.h"
#include "wire/aws_chunked.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace {

using namespace orrery;        // NOLINT: one function
using namespace orrery::wire;  // NOLINT

struct Outcome {
  std::string code;  // empty: good
  std::string data;
  std::vector<std::pair<std::string, std::string>> trailers;
};

Outcome decode(const AwsChunkedOptions& options, std::string_view body, std::size_t piece) {
  AwsChunkedDecoder decoder(options, {});
  Outcome outcome;
  for (; !body.empty(); body.remove_prefix(std::min(piece, body.size()))) {
    std::string_view input = body.substr(0, piece);
    while (!input.empty()) {
      const auto data = decoder.next(input);
      if (!data) {
        outcome.code = data.error().code;
        return outcome;
      }
      CHECK(!data->empty() || input.empty());
      outcome.data += *data;
      CHECK(outcome.data.size() <= options.decoded_length);
    }
  }
  const auto end = decoder.finish();
  if (!end) outcome.code = end.error().code;
  outcome.trailers = decoder.trailers();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  constexpr PayloadMode kModes[] = {PayloadMode::StreamingUnsignedTrailer, PayloadMode::StreamingSigned,
                                    PayloadMode::StreamingSignedTrailer, PayloadMode::StreamingUnsignedTrailer};
  AwsChunkedOptions options{kModes[data[0] & 3], data[1], (data[0] & 4) != 0 ? "x-amz-checksum-crc32, a" : ""};
  const std::string_view body(reinterpret_cast<const char*>(data) + 3, size - 3);
  const Outcome whole = decode(options, body, std::max<std::size_t>(body.size(), 1));
  const Outcome pieces = decode(options, body, data[2] % 16U + 1U);
  CHECK(whole.code == pieces.code);
  if (whole.code.empty()) {
    CHECK(whole.data == pieces.data);
    CHECK(whole.trailers == pieces.trailers);
    CHECK(whole.data.size() == options.decoded_length);
  }
  return 0;
}
