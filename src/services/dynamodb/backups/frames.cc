#include "services/dynamodb/backups/frames.h"

#include "blob/checksum.h"

namespace orrery::dynamodb {
namespace {

constexpr std::string_view kMagic = "ORRITEM1";
static_assert(kMagic.size() == kFirstItem);
constexpr std::size_t kHead = 8;
constexpr std::size_t kPiece = std::size_t{256} * 1024;
constexpr std::uint32_t kMostBytes = 4 * 1024 * 1024;  // far above the largest item's encoding

void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift & 0xff);
}

std::uint32_t read_u32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
  return value;
}

Failure damaged() { return fail(internal_error("the content of a backup is damaged")); }

}  // namespace

Result<ItemWriter> ItemWriter::create(BlobStore& blobs) {
  ItemWriter writer(TRY(blobs.create()));
  writer.buffer_ = kMagic;
  return writer;
}

Result<> ItemWriter::add(item::ItemView item) {
  const std::string_view bytes = item.bytes();
  append_u32(buffer_, static_cast<std::uint32_t>(bytes.size()));
  append_u32(buffer_, crc32c(0, bytes));
  buffer_ += bytes;
  ++items_;
  bytes_ += static_cast<std::int64_t>(item.size_bytes());
  if (buffer_.size() < kPiece) return {};
  TRY(blob_->write(buffer_));
  buffer_.clear();
  return {};
}

Result<BlobInfo> ItemWriter::finish() {
  TRY(blob_->write(buffer_));
  return blob_->finish();
}

Result<ItemReader> ItemReader::open(BlobStore& blobs, const std::string& id, std::uint64_t offset) {
  return ItemReader(TRY(blobs.open(id, offset, UINT64_MAX)), offset);
}

Result<bool> ItemReader::fill(std::size_t bytes) {
  while (buffer_.size() - at_ < bytes) {
    const std::string_view piece = TRY(blob_->read());
    if (piece.empty()) return false;
    buffer_.erase(0, at_);
    at_ = 0;
    buffer_ += piece;
  }
  return true;
}

Result<std::optional<item::ItemView>> ItemReader::next() {
  if (!TRY(fill(kHead))) {
    if (buffer_.size() != at_) return damaged();
    return std::optional<item::ItemView>();
  }
  const std::uint32_t length = read_u32(std::string_view(buffer_).substr(at_));
  if (length == 0 || length > kMostBytes || !TRY(fill(kHead + length))) return damaged();
  const std::uint32_t crc = read_u32(std::string_view(buffer_).substr(at_ + 4));
  const std::string_view bytes = std::string_view(buffer_).substr(at_ + kHead, length);
  if (crc32c(0, bytes) != crc) return damaged();
  at_ += kHead + length;
  offset_ += kHead + length;
  return std::optional<item::ItemView>(item::ItemView(bytes));
}

}  // namespace orrery::dynamodb
