#include "gateway/receive.h"

#include "base/encode.h"
#include "blob/checksum.h"
#include "blob/gzip.h"
#include "wire/aws_chunked.h"

namespace orrery::gateway {
namespace {

Error too_large(const Exchange& exchange) {
  switch (exchange.service->model->protocol) {
    case wire::Protocol::RestXml:
      return api_error("MaxMessageLengthExceeded", "Your request was too large.", 400);
    case wire::Protocol::RestJson:
      return api_error("RequestEntityTooLargeException",
                       "Request must be smaller than 69905067 bytes for this operation", 413);
    case wire::Protocol::Json:
    case wire::Protocol::Query:
    case wire::Protocol::Ec2:
    case wire::Protocol::RpcV2Cbor:
      break;
  }
  return api_error("RequestEntityTooLarge", "The request body is too large.", 413);
}

}  // namespace

http::awaitable<Result<>> read_body(Exchange& exchange, std::size_t limit) {
  auto whole = co_await exchange.http.body.read_all(limit);
  if (!whole) {
    if (whole.error().code == "EntityTooLarge") co_return fail(too_large(exchange));
    co_return fail(std::move(whole).error());
  }
  exchange.body.reserve(whole->size() + wire::kBodyPadding);
  exchange.body.assign(*whole);
  co_return Result<>();
}

Result<> decode_chunked_body(Exchange& exchange) {
  auto options = TRY(wire::read_aws_chunked_options(exchange.signed_request(), exchange.auth));
  wire::AwsChunkedDecoder decoder(std::move(options), exchange.seed);
  std::string decoded;
  std::string_view input = exchange.body;
  while (!input.empty()) decoded += TRY(decoder.next(input));
  TRY(decoder.finish());
  decoded.reserve(decoded.size() + wire::kBodyPadding);
  exchange.body = std::move(decoded);
  return {};
}

Result<> decompress_body(Exchange& exchange, std::size_t limit) {
  constexpr std::size_t kPiece = 4096;  // what grows a thousandfold is noticed in time
  const wire::ErrorStyle style = error_style(*exchange.service->model);
  if (style != wire::ErrorStyle::Json && style != wire::ErrorStyle::Query) return {};
  if (exchange.header("content-encoding") != "gzip" || exchange.body.empty()) return {};
  GzipReader reader;
  std::string whole;
  const std::string_view packed = exchange.body;
  for (std::size_t at = 0; at < packed.size(); at += kPiece) {
    if (!reader.read(packed.substr(at, kPiece), whole)) {
      return fail(api_error("SerializationException", "The request's body is not in gzip format."));
    }
    if (whole.size() > limit) return fail(too_large(exchange));
  }
  if (!reader.finish()) return fail(api_error("SerializationException", "The request's gzip body is cut short."));
  whole.reserve(whole.size() + wire::kBodyPadding);
  exchange.body = std::move(whole);
  return {};
}

http::awaitable<Result<>> receive_payload(Exchange& exchange, PayloadSink& sink) {
  auto& body = exchange.http.body;
  if (wire::is_aws_chunked(exchange.auth.payload)) {
    wire::AwsChunkedDecoder decoder(CO_TRY(wire::read_aws_chunked_options(exchange.signed_request(), exchange.auth)),
                                    exchange.seed);
    for (;;) {
      auto piece = co_await body.read();
      if (!piece) co_return fail(std::move(piece).error());
      if (piece->empty()) break;
      std::string_view input = *piece;
      while (!input.empty()) {
        const std::string_view data = CO_TRY(decoder.next(input));
        if (!data.empty()) CO_TRY(sink.write(data));
      }
    }
    CO_TRY(decoder.finish());
    co_return sink.finish(decoder.trailers());
  }

  if (!body.content_length() && exchange.header("transfer-encoding").empty()) {
    co_return fail(api_error("MissingContentLength", "You must provide the Content-Length HTTP header.", 411));
  }
  const bool hashed = wire::body_hash_follows(exchange.auth);
  Checksum hash(ChecksumAlgorithm::Sha256);
  for (;;) {
    auto piece = co_await body.read();
    if (!piece) co_return fail(std::move(piece).error());
    if (piece->empty()) break;
    if (hashed) hash.update(*piece);
    CO_TRY(sink.write(*piece));
  }
  if (hashed) CO_TRY(wire::check_body_hash(exchange.auth, hex(hash.finish()), wire::ErrorStyle::S3));
  co_return sink.finish({});
}

}  // namespace orrery::gateway
