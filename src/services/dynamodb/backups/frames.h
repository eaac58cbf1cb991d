// The content of a backup: items one after the other, in the order of their keys, in a blob.
//
//   blob  := "ORRITEM1" frame*
//   frame := u32(length) u32(CRC32C of the item) item     item as in item/value.h; numbers are little-endian
//
// Each frame carries its own checksum because a restore reads the blob in pieces.
#pragma once

#include "blob/blob.h"
#include "item/value.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::dynamodb {

// Gathers items into a blob, in pieces of some hundred KiB.
class ItemWriter {
 public:
  static Result<ItemWriter> create(BlobStore& blobs);
  Result<> add(item::ItemView item);
  Result<BlobInfo> finish();
  // So far.
  std::int64_t items() const { return items_; }
  std::int64_t bytes() const { return bytes_; }  // by the documented arithmetic of item sizes

 private:
  explicit ItemWriter(std::unique_ptr<BlobWriter> blob) : blob_(std::move(blob)) {}
  std::unique_ptr<BlobWriter> blob_;
  std::string buffer_;
  std::int64_t items_ = 0;
  std::int64_t bytes_ = 0;
};

// Where the first item is.
inline constexpr std::uint64_t kFirstItem = 8;

class ItemReader {
 public:
  // From `offset`, which is kFirstItem or what offset() said. Errors: Internal.
  static Result<ItemReader> open(BlobStore& blobs, const std::string& id, std::uint64_t offset);
  // The next item, valid until the next call; nullopt at the end. Error: Internal, the content is damaged.
  Result<std::optional<item::ItemView>> next();
  // Where the item comes that next() would give.
  std::uint64_t offset() const { return offset_; }

 private:
  ItemReader(std::unique_ptr<BlobReader> blob, std::uint64_t offset) : blob_(std::move(blob)), offset_(offset) {}
  // Until the buffer holds `bytes` beyond at_; false at the end of the blob.
  Result<bool> fill(std::size_t bytes);

  std::unique_ptr<BlobReader> blob_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::uint64_t offset_;
};

}  // namespace orrery::dynamodb
