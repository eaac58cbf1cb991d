#include "services/s3/object_sink.h"

#include "base/encode.h"
#include "services/s3/records.h"

namespace orrery::s3 {

::orrery::Error entity_too_large(std::uint64_t size) {
  return api_error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400)
      .with("ProposedSize", std::to_string(size))
      .with("MaxSizeAllowed", std::to_string(kPutMost));
}

ObjectSink::ObjectSink(BlobStore& blobs, ExpectedChecksums expected)
    : blobs_(blobs),
      expected_(std::move(expected)),
      md5_(::orrery::ChecksumAlgorithm::Md5),
      stored_(expected_.stored->algorithm) {}

Result<> ObjectSink::write(std::string_view bytes) {
  size_ += bytes.size();
  if (size_ > kPutMost) return fail(entity_too_large(size_));
  md5_.update(bytes);
  stored_.update(bytes);
  if (writer_ == nullptr && size_ <= kInlineMost) {
    body_.append(bytes);
    return {};
  }
  if (writer_ == nullptr) {
    writer_ = TRY(blobs_.create());
    TRY(writer_->write(body_));
    body_ = {};
  }
  return writer_->write(bytes);
}

// The checksums first: a body that does not match leaves no file behind (an unfinished writer deletes its own).
Result<> ObjectSink::finish(const Trailers& trailers) {
  const std::string md5 = md5_.finish();
  checksum_ = TRY(verify_checksums(expected_, stored_.finish(), md5, trailers));
  etag_ = hex(md5);
  if (writer_ != nullptr) finished_ = TRY(writer_->finish());
  return {};
}

}  // namespace orrery::s3
