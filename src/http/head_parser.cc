#include "http/head_parser.h"

#include "http/token.h"

#include <cstring>

// The parser asserts that at least five bytes are there when it comes back to a last chunk; "0\r\n" followed by a lone
// "\r" breaks that without harm. A peer must not be able to end a debug build with it.
#define BOOST_DISABLE_ASSERTS
#include <boost/beast/http/basic_parser.hpp>

namespace orrery::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;

std::string_view plain(beast::string_view text) { return {text.data(), text.size()}; }

// Collects what the library's parser finds. One is made for each request (it cannot be used twice); that allocates
// nothing.
class Collector final : public beast::http::basic_parser<true> {
 public:
  Collector(std::string_view bytes, Head& head, std::size_t max_fields)
      : bytes_(bytes), head_(&head), max_fields_(max_fields) {
    body_limit(boost::none);
    header_limit(static_cast<std::uint32_t>(bytes.size() + 1));
  }

  std::optional<HeadError> refused;
  std::string_view data;
  bool finished = false;
  std::vector<std::pair<std::string, std::string>> trailers;

 private:
  void refuse(error_code& ec, int status, std::string_view reason) {
    refused = HeadError{status, reason};
    ec = beast::http::error::bad_field;
  }

  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int version,
                       error_code&) override {
    head_->method = plain(method);
    head_->target = plain(target);
    head_->minor_version = version - 10;
  }

  void on_field_impl(beast::http::field known, beast::string_view name, beast::string_view value,
                     error_code& ec) override {
    if (in_body_) {  // RFC 9112 section 7.1.2: kept apart, never merged into the head
      trailers.emplace_back(plain(name), plain(value));
      return;
    }
    const Header field{plain(name), plain(value)};
    if (folded(field)) return refuse(ec, 400, "obsolete line folding");
    if (head_->fields.size() == max_fields_) return refuse(ec, 431, "too many header fields");
    head_->fields.push_back(field);
    if (known == beast::http::field::content_length) return content_length_field(field.value, ec);
    if (known == beast::http::field::transfer_encoding) return transfer_encoding_field(field.value, ec);
    if (known == beast::http::field::host && std::exchange(has_host_, true)) refuse(ec, 400, "more than one Host");
    if (known == beast::http::field::expect && equals_ignoring_case(field.value, "100-continue"))
      head_->expects_continue = true;
  }

  // A folded value is joined in a buffer of the parser's own, or begins on a later line than its name.
  bool folded(const Header& field) const {
    const auto address = [](const char* p) { return reinterpret_cast<std::uintptr_t>(p); };
    const std::uintptr_t value = address(field.value.data());
    const std::uintptr_t name_end = address(field.name.data()) + field.name.size();
    if (value < name_end || value > address(bytes_.data()) + bytes_.size()) return true;
    return std::memchr(field.name.data() + field.name.size(), '\n', value - name_end) != nullptr;
  }

  // RFC 9112 section 6.3: one Content-Length, of digits. The library lets equal repetitions pass; we do not.
  void content_length_field(std::string_view value, error_code& ec) {
    if (std::exchange(has_length_, true) || value.find_first_not_of("0123456789") != std::string_view::npos)
      refuse(ec, 400, "invalid Content-Length");
  }

  // RFC 9112 section 6.1: only "chunked", never in HTTP/1.0, never beside Content-Length (the library refuses that).
  void transfer_encoding_field(std::string_view value, error_code& ec) {
    if (!equals_ignoring_case(value, "chunked")) return refuse(ec, 501, "unsupported Transfer-Encoding");
    if (head_->minor_version == 0) return refuse(ec, 400, "Transfer-Encoding in HTTP/1.0");
  }

  void on_header_impl(error_code& ec) override {
    in_body_ = true;
    if (head_->minor_version == 1 && !has_host_) refuse(ec, 400, "no Host");
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code&) override {
    data = plain(body);
    return body.size();
  }
  void on_finish_impl(error_code&) override { finished = true; }

  void on_response_impl(int, beast::string_view, int, error_code&) override {}

  std::string_view bytes_;
  Head* head_;
  std::size_t max_fields_;
  bool in_body_ = false;
  bool has_host_ = false;
  bool has_length_ = false;
};

HeadError explain(const error_code& ec) {
  using beast::http::error;
  if (ec == error::bad_version) return {505, "HTTP version not supported"};
  if (ec == error::bad_target) return {400, "invalid request target"};
  if (ec == error::bad_content_length || ec == error::multiple_content_length) return {400, "invalid Content-Length"};
  if (ec == error::bad_transfer_encoding) return {400, "invalid Transfer-Encoding"};
  return {400, "malformed request"};
}

}  // namespace

void Head::clear() {
  fields.clear();
  content_length.reset();
  chunked = false;
  keep_alive = true;
  expects_continue = false;
}

std::size_t find_head_end(std::string_view bytes, std::size_t& scanned) {
  const std::size_t from = scanned < 3 ? 0 : scanned - 3;  // the end may straddle what came before
  const void* end = memmem(bytes.data() + from, bytes.size() - from, "\r\n\r\n", 4);
  scanned = bytes.size();
  return end == nullptr ? 0 : static_cast<std::size_t>(static_cast<const char*>(end) - bytes.data()) + 4;
}

bool is_hopeless(std::string_view bytes, std::size_t already_checked) {
  if (bytes.empty()) return false;
  return !is_token_char(bytes.front()) || bytes.find('\0', already_checked) != std::string_view::npos;
}

struct HeadParser::Impl {
  std::optional<Collector> collector;
};

HeadParser::HeadParser() : impl_(std::make_unique<Impl>()) {}
HeadParser::~HeadParser() = default;
HeadParser::HeadParser(HeadParser&&) noexcept = default;
HeadParser& HeadParser::operator=(HeadParser&&) noexcept = default;

std::optional<HeadError> HeadParser::parse_head(std::string_view bytes, std::size_t max_fields, Head& head) {
  head.clear();
  Collector& parser = impl_->collector.emplace(bytes, head, max_fields);
  error_code ec;
  const std::size_t used = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
  if (parser.refused) return parser.refused;
  if (ec) return explain(ec);
  if (!parser.is_header_done() || used != bytes.size()) return HeadError{400, "malformed request"};
  const auto parts = split_target(head.target);
  if (!parts) return HeadError{400, "invalid request target"};
  head.parts = *parts;
  head.chunked = parser.chunked();
  if (const auto length = parser.content_length()) head.content_length = *length;
  head.keep_alive = parser.keep_alive();
  return std::nullopt;
}

HeadParser::Step HeadParser::step(std::string_view bytes) {
  Collector& parser = *impl_->collector;
  Step result{Step::Kind::NeedMore, 0, {}};
  while (!parser.finished) {
    parser.data = {};
    const std::string_view rest = bytes.substr(result.consumed);
    if (rest.empty()) return result;
    error_code ec;
    result.consumed += parser.put(boost::asio::const_buffer(rest.data(), rest.size()), ec);
    if (ec == beast::http::error::need_more) return result;
    if (ec) {
      result.kind = Step::Kind::Bad;
      return result;
    }
    if (!parser.data.empty()) {
      result.kind = Step::Kind::Data;
      result.data = parser.data;
      return result;
    }
  }
  result.kind = Step::Kind::End;
  return result;
}

std::string_view HeadParser::trailer(std::string_view name) const {
  for (const auto& [field, value] : impl_->collector->trailers) {
    if (equals_ignoring_case(field, name)) return value;
  }
  return {};
}

}  // namespace orrery::http
