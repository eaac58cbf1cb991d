// The content encoding aws-chunked: a body in chunks, each signed in a chain, with trailing headers. S3 API Reference,
// "Transferring payload in multiple chunks (chunked upload)" and its form with trailing headers.
#pragma once

#include "base/encode.h"
#include "base/result.h"
#include "wire/sigv4.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::wire {

struct AwsChunkedOptions {
  PayloadMode mode = PayloadMode::StreamingSigned;
  std::uint64_t decoded_length = 0;  // x-amz-decoded-content-length, bytes
  std::string announced_trailers;    // x-amz-trailer: "x-amz-checksum-crc32"; empty: none
};

// From the headers of a request whose payload is_aws_chunked. Errors: MissingContentLength (no
// x-amz-decoded-content-length), InvalidArgument.
Result<AwsChunkedOptions> read_aws_chunked_options(const SignedRequest& request, const Authentication& auth);

// Incremental, in constant memory. A chunk's signature can be checked only after its data went by: whoever takes the
// data must not commit it before finish() succeeds. After an error every further call answers that error.
class AwsChunkedDecoder {
 public:
  // `seed` is verify_signature's; its key, timestamp and scope are unused for StreamingUnsignedTrailer.
  AwsChunkedDecoder(AwsChunkedOptions options, SignatureSeed seed);
  ~AwsChunkedDecoder();
  AwsChunkedDecoder(AwsChunkedDecoder&&) noexcept;
  AwsChunkedDecoder& operator=(AwsChunkedDecoder&&) noexcept;

  // Takes bytes from the front of `input` and returns decoded data among them (a view into the input, never empty
  // unless `input` is now empty). Call until `input` is empty, then with the next piece of the body. Errors:
  // SignatureDoesNotMatch, IncompleteBody (more data than announced, or a chunk without its end), InvalidChunkSizeError
  // (under 8 KiB, and not the last), MalformedTrailerError, InvalidRequest.
  Result<std::string_view> next(std::string_view& input);
  // At the end of the body. Errors: IncompleteBody when the last chunk, the trailers or announced data are missing;
  // MalformedTrailerError when an announced trailer is.
  Result<> finish();

  std::uint64_t decoded_size() const;  // bytes of data returned so far
  // After finish(): names in lower case, in order, without x-amz-trailer-signature.
  const std::vector<std::pair<std::string, std::string>>& trailers() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace orrery::wire
