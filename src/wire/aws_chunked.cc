#include "wire/aws_chunked.h"

#include "base/check.h"
#include "wire/sigv4_internal.h"

#include <algorithm>
#include <charconv>

#include <openssl/evp.h>

namespace orrery::wire {
namespace {

constexpr std::size_t kMaxChunkLine = 512;        // "size;chunk-signature=…" with room for extensions
constexpr std::size_t kMaxTrailerBytes = 16'384;  // all trailers together
constexpr std::uint64_t kMinChunk = 8192;         // of every chunk with data but the last
constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";

Error incomplete_body(std::string message) { return api_error("IncompleteBody", std::move(message), 400); }
Error incomplete_body() {
  return incomplete_body("You did not provide the number of bytes specified by the Content-Length HTTP header");
}
Error malformed_trailer() {
  return api_error("MalformedTrailerError",
                   "The request contained trailing data that was not well-formed or did not conform to our published "
                   "schema.",
                   400);
}
Error malformed_chunk(std::string_view what) {
  return api_error("InvalidRequest", "The body is not well-formed aws-chunked data: " + std::string(what) + ".", 400);
}
Error invalid_chunk_size(std::uint64_t number, std::uint64_t size) {
  Error error =
      api_error("InvalidChunkSizeError", "Only the last chunk is allowed to have a size less than 8192 bytes", 403);
  error.with("Chunk", std::to_string(number)).with("BadChunkSize", std::to_string(size));
  return error;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), internal::lower);
  return out;
}

// SHA-256 of what comes in pieces.
class Hasher {
 public:
  Hasher() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) { reset(); }
  void reset() { CHECK(EVP_DigestInit_ex2(context_.get(), algorithm(), nullptr) == 1); }
  void update(std::string_view bytes) { CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1); }
  internal::HexDigest finish() {
    Sha256Digest digest;
    CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
    reset();
    return internal::hex_digest(digest);
  }

 private:
  static const EVP_MD* algorithm() {
    static const EVP_MD* const instance = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return instance;
  }
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

// "a, b" -> {"a", "b"}, lower case.
std::vector<std::string> split_names(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const auto comma = list.find(',');
    const std::string_view name = internal::trimmed(list.substr(0, comma));
    if (!name.empty()) names.push_back(lower_case(name));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return names;
}

enum class Stage : std::uint8_t { Header, Data, DataEnd, Trailers, Done };

}  // namespace

struct AwsChunkedDecoder::State {
  State(AwsChunkedOptions o, SignatureSeed s)
      : options(std::move(o)), seed(std::move(s)), announced(split_names(options.announced_trailers)) {
    CHECK(is_aws_chunked(options.mode));
  }

  AwsChunkedOptions options;
  SignatureSeed seed;  // its signature is the previous one of the chain
  std::vector<std::string> announced;
  Stage stage = Stage::Header;
  std::optional<Error> failure;
  std::string line;  // an incomplete line, carried over from one piece to the next
  Hasher hasher;
  std::string chunk_signature;
  std::uint64_t chunk = 0;       // number of the present chunk, from 1
  std::uint64_t chunk_size = 0;  // of the present one, or the one before while its header is read
  std::uint64_t remaining = 0;   // data bytes of the chunk still to come
  std::uint64_t decoded = 0;
  std::size_t trailer_bytes = 0;
  std::string trailer_text;  // canonical, as it is signed
  bool trailer_signed = false;
  std::vector<std::pair<std::string, std::string>> trailers;

  bool has_signature() const { return options.mode != PayloadMode::StreamingUnsignedTrailer; }
  bool has_trailers() const { return options.mode != PayloadMode::StreamingSigned; }

  // Moves bytes into `line` until it ends; true when it did ("\r\n" or, as some clients end a trailer, "\n").
  Result<bool> take_line(std::string_view& input, std::size_t limit) {
    const auto end = input.find('\n');
    const std::size_t length = end == std::string_view::npos ? input.size() : end;
    if (line.size() + length > limit) {
      return fail(stage == Stage::Trailers ? malformed_trailer() : malformed_chunk("a line is too long"));
    }
    line += input.substr(0, length);
    input.remove_prefix(end == std::string_view::npos ? length : length + 1);
    if (end == std::string_view::npos) return false;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return true;
  }

  // Compares a signature of the chain and makes it the previous one.
  Result<> check_link(std::string_view kind, std::string_view hashes, std::string_view given) {
    std::string to_sign(internal::kAlgorithm);
    to_sign += kind;
    to_sign += '\n';
    to_sign += seed.timestamp;
    to_sign += '\n';
    to_sign += seed.scope;
    to_sign += '\n';
    to_sign += internal::text(seed.signature);
    to_sign += '\n';
    to_sign += hashes;
    const auto computed = internal::hex_digest(hmac_sha256(view(seed.signing_key), to_sign));
    if (!constant_time_equal(internal::text(computed), given)) {
      Authentication shown;
      shown.signature = given;
      return fail(internal::signature_mismatch(ErrorStyle::S3, shown, {}, to_sign));
    }
    seed.signature = computed;
    return {};
  }

  // The chunk's data is complete.
  Result<> check_chunk() {
    if (!has_signature()) return {};
    std::string hashes(internal::kEmptyHash);
    hashes += '\n';
    hashes += internal::text(hasher.finish());
    return check_link("-PAYLOAD", hashes, chunk_signature);
  }

  // "10000;chunk-signature=ad80…"
  Result<> read_chunk_header() {
    std::string_view rest = line;
    const std::string_view digits = rest.substr(0, rest.find(';'));
    std::uint64_t size = 0;
    const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
    if (digits.empty() || status != std::errc() || end != digits.data() + digits.size()) {
      return fail(malformed_chunk("a chunk does not start with its size"));
    }
    if (size != 0 && chunk != 0 && chunk_size < kMinChunk) return fail(invalid_chunk_size(chunk, chunk_size));
    if (size > options.decoded_length - decoded) return fail(incomplete_body());
    chunk_signature.clear();
    for (rest.remove_prefix(digits.size()); !rest.empty();) {
      rest.remove_prefix(1);  // ';'
      const std::string_view extension = rest.substr(0, rest.find(';'));
      rest.remove_prefix(extension.size());
      constexpr std::string_view kKey = "chunk-signature=";
      if (extension.substr(0, kKey.size()) == kKey) chunk_signature = extension.substr(kKey.size());
    }
    line.clear();
    ++chunk;
    chunk_size = remaining = size;
    if (size != 0) {
      stage = Stage::Data;
      return {};
    }
    TRY(check_chunk());
    stage = Stage::Trailers;  // without trailers only the empty line is left
    return {};
  }

  // After the trailers and their signature.
  Result<> check_trailers() {
    if (options.mode == PayloadMode::StreamingSignedTrailer && !trailer_signed) return fail(malformed_trailer());
    for (const std::string& name : announced) {
      const bool sent = std::any_of(trailers.begin(), trailers.end(), [&](const auto& t) { return t.first == name; });
      if (!sent) return fail(malformed_trailer());
    }
    return {};
  }

  Result<> read_trailer() {
    trailer_bytes += line.size() + 2;
    if (line.empty()) {
      // Some clients put an empty line between the trailers and their signature.
      if (options.mode == PayloadMode::StreamingSignedTrailer && !trailer_signed) {
        return trailer_bytes > kMaxTrailerBytes ? Result<>(fail(malformed_trailer())) : Result<>();
      }
      if (has_trailers()) TRY(check_trailers());
      stage = Stage::Done;
      return {};
    }
    const auto colon = line.find(':');
    if (!has_trailers() || colon == std::string::npos || colon == 0 || trailer_signed ||
        trailer_bytes > kMaxTrailerBytes) {
      return fail(has_trailers() ? malformed_trailer() : malformed_chunk("there is data after the last chunk"));
    }
    std::string name = lower_case(internal::trimmed(std::string_view(line).substr(0, colon)));
    std::string value(internal::trimmed(std::string_view(line).substr(colon + 1)));
    line.clear();
    if (name == kTrailerSignature) {
      if (!has_signature()) return fail(malformed_trailer());
      TRY(check_link("-TRAILER", internal::text(internal::hex_digest(sha256(trailer_text))), value));
      trailer_signed = true;
      return {};
    }
    if (std::find(announced.begin(), announced.end(), name) == announced.end()) return fail(malformed_trailer());
    trailer_text += name;
    trailer_text += ':';
    trailer_text += value;
    trailer_text += '\n';
    trailers.emplace_back(std::move(name), std::move(value));
    return {};
  }

  // "\r\n" after a chunk's data.
  Result<> take_data_end(std::string_view& input) {
    while (!input.empty() && line.size() < 2) {
      line += input.front();
      input.remove_prefix(1);
    }
    if (line != std::string_view("\r\n").substr(0, line.size())) {
      return fail(malformed_chunk("a chunk is longer than its size says"));
    }
    if (line.size() < 2) return {};
    line.clear();
    stage = Stage::Header;
    return check_chunk();
  }

  Result<std::string_view> step(std::string_view& input) {
    switch (stage) {
      case Stage::Header:
        if (TRY(take_line(input, kMaxChunkLine))) TRY(read_chunk_header());
        break;
      case Stage::Data: {
        const std::string_view data = input.substr(0, std::min<std::uint64_t>(remaining, input.size()));
        input.remove_prefix(data.size());
        if (has_signature()) hasher.update(data);
        remaining -= data.size();
        decoded += data.size();
        if (remaining == 0) stage = Stage::DataEnd;
        return data;
      }
      case Stage::DataEnd:
        TRY(take_data_end(input));
        break;
      case Stage::Trailers:
        if (TRY(take_line(input, kMaxTrailerBytes))) {
          TRY(read_trailer());
          line.clear();
        }
        break;
      case Stage::Done:
        if (input.find_first_not_of("\r\n") != std::string_view::npos) {
          return fail(malformed_chunk("there is data after the end"));
        }
        input = {};
        break;
    }
    return std::string_view();
  }

  Result<> end() {
    if (stage == Stage::Trailers && has_trailers()) {
      // The last empty line, and even the last line's end, is missing in some clients' bodies.
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (!line.empty()) TRY(read_trailer());
      if (trailer_signed || (!has_signature() && !announced.empty())) {
        TRY(check_trailers());
        stage = Stage::Done;
      }
    }
    if (stage != Stage::Done || decoded != options.decoded_length) return fail(incomplete_body());
    return {};
  }
};

AwsChunkedDecoder::AwsChunkedDecoder(AwsChunkedOptions options, SignatureSeed seed)
    : state_(std::make_unique<State>(std::move(options), std::move(seed))) {}
AwsChunkedDecoder::~AwsChunkedDecoder() = default;
AwsChunkedDecoder::AwsChunkedDecoder(AwsChunkedDecoder&&) noexcept = default;
AwsChunkedDecoder& AwsChunkedDecoder::operator=(AwsChunkedDecoder&&) noexcept = default;

Result<std::string_view> AwsChunkedDecoder::next(std::string_view& input) {
  State& state = *state_;
  while (!state.failure && !input.empty()) {
    Result<std::string_view> data = state.step(input);
    if (!data) {
      state.failure = std::move(data).error();
      break;
    }
    if (!data->empty()) return *data;
  }
  if (state.failure) return fail(*state.failure);
  return std::string_view();
}

Result<> AwsChunkedDecoder::finish() {
  State& state = *state_;
  if (!state.failure) {
    Result<> end = state.end();
    if (!end) state.failure = std::move(end).error();
  }
  if (state.failure) return fail(*state.failure);
  return {};
}

std::uint64_t AwsChunkedDecoder::decoded_size() const { return state_->decoded; }
const std::vector<std::pair<std::string, std::string>>& AwsChunkedDecoder::trailers() const { return state_->trailers; }

Result<AwsChunkedOptions> read_aws_chunked_options(const SignedRequest& request, const Authentication& auth) {
  AwsChunkedOptions options;
  options.mode = auth.payload;
  const std::string_view length = internal::find_header(request, "x-amz-decoded-content-length");
  if (length.empty()) {
    return fail(api_error("MissingContentLength", "You must provide the Content-Length HTTP header.", 411));
  }
  const auto [end, status] = std::from_chars(length.data(), length.data() + length.size(), options.decoded_length);
  if (status != std::errc() || end != length.data() + length.size()) {
    return fail(api_error("InvalidArgument", "x-amz-decoded-content-length must be a number of bytes.", 400)
                    .with("ArgumentName", "x-amz-decoded-content-length")
                    .with("ArgumentValue", std::string(length)));
  }
  for (const auto& [name, value] : request.headers) {
    if (!internal::equal_ignoring_case(name, "x-amz-trailer")) continue;
    if (!options.announced_trailers.empty()) options.announced_trailers += ',';
    options.announced_trailers += value;
  }
  return options;
}

}  // namespace orrery::wire
