// Bodies on their way in: whole ones for most operations, streamed ones into a PayloadSink for uploads.
#pragma once

#include "gateway/exchange.h"

namespace orrery::gateway {

// Fills exchange.body; at most `limit` bytes, else the service's "request too large".
http::awaitable<Result<>> read_body(Exchange& exchange, std::size_t limit);

// Decodes an aws-chunked body that was read whole, in place (operations that do not stream, such as DeleteObjects, may
// be sent so too).
Result<> decode_chunked_body(Exchange& exchange);

// Undoes "Content-Encoding: gzip", of services that take it (Smithy's requestCompression): what it holds is at most
// `limit` bytes. Uploads keep their encoding.
Result<> decompress_body(Exchange& exchange, std::size_t limit);

// Feeds the request's body to `sink`: aws-chunked decoding, chunk signatures, the announced hash, and lengths are
// checked; sink.finish() has been called when it succeeds.
http::awaitable<Result<>> receive_payload(Exchange& exchange, PayloadSink& sink);

}  // namespace orrery::gateway
