#include "server/code_download.h"

#include "base/log.h"
#include "wire/protocol.h"

#include <limits>

namespace orrery::server {
namespace {

class BlobSource final : public http::BodySource {
 public:
  explicit BlobSource(std::unique_ptr<BlobReader> reader) : reader_(std::move(reader)) {}
  std::optional<std::uint64_t> length() const override { return reader_->size(); }
  Result<std::string_view> next() override { return reader_->read(); }

 private:
  std::unique_ptr<BlobReader> reader_;
};

}  // namespace

Result<http::Response> CodeDownload::open(const http::Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    return fail(api_error("MethodNotAllowed", "The specified method is not allowed against this resource.", 405));
  }
  const std::string id = TRY(urls.check(request.path, request.query, clock.now()));
  auto reader = blobs.open(id, 0, std::numeric_limits<std::uint64_t>::max());
  if (!reader) {  // swept: no function has it any more
    log::info("a deployment package is gone", {{"blob", id}, {"reason", reader.error().message}});
    return fail(api_error("NoSuchKey", "The specified key does not exist.", 404));
  }
  http::Response response;
  response.headers.add("Content-Type", "application/zip");
  response.head_length = (*reader)->size();
  if (request.method == "GET") response.stream = std::make_unique<BlobSource>(*std::move(reader));
  return response;
}

http::Response CodeDownload::answer(const http::Request& request) const {
  auto opened = open(request);
  if (opened) return *std::move(opened);
  const auto parts = wire::serialize_error(wording, nullptr, opened.error(), random.uuid());
  http::Response response;
  response.status = parts.status;
  for (const auto& [name, value] : parts.headers) response.headers.add(name, value);
  if (request.method != "HEAD") response.body = parts.body;
  return response;
}

}  // namespace orrery::server
