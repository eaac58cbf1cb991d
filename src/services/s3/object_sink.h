// Where the bytes of an upload go: up to kInlineMost into memory, what is longer into a blob, in constant memory.
#pragma once

#include "blob/blob.h"
#include "services/call.h"
#include "services/s3/checksums.h"

#include <memory>
#include <string>
#include <string_view>

namespace orrery::s3 {

// "The maximum size of a single PUT is 5 GiB" (userguide/upload-objects.html).
inline constexpr std::uint64_t kPutMost = std::uint64_t{5} * 1024 * 1024 * 1024;

::orrery::Error entity_too_large(std::uint64_t size);

class ObjectSink final : public PayloadSink {
 public:
  ObjectSink(BlobStore& blobs, ExpectedChecksums expected);

  Result<> write(std::string_view bytes) override;
  Result<> finish(const Trailers& trailers) override;

  // After finish().
  std::uint64_t size() const { return size_; }
  const std::string& etag() const { return etag_; }          // hex
  const std::string& checksum() const { return checksum_; }  // base64
  std::string_view checksum_algorithm() const { return expected_.stored->name; }
  const std::string& body() const { return body_; }  // when there is no blob
  const std::optional<BlobInfo>& blob() const { return finished_; }

 private:
  BlobStore& blobs_;
  ExpectedChecksums expected_;
  Checksum md5_;
  Checksum stored_;
  std::uint64_t size_ = 0;
  std::string body_;
  std::unique_ptr<BlobWriter> writer_;
  std::optional<BlobInfo> finished_;
  std::string etag_;
  std::string checksum_;
};

}  // namespace orrery::s3
