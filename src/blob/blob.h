// Large bytes as files on disk, content-checked. A blob is written and fsynced before the transaction that refers to
// it; one that no committed transaction refers to is collected (after a grace period, so that uploads under way are
// safe).
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "store/store.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace orrery {

struct BlobInfo {
  std::string id;          // file name: random, then the size and the CRC32C of the content
  std::uint64_t size = 0;  // bytes
};

// Receives the bytes of one new blob. Destroyed without finish(): the file is gone.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  virtual Result<> write(std::string_view bytes) = 0;  // error: Internal (disk full, …)
  // Flushes to disk (fdatasync, then rename into place, then fsync of the folder). Idempotent ids: call once.
  virtual Result<BlobInfo> finish() = 0;
};

class BlobReader {
 public:
  virtual ~BlobReader() = default;
  // Bytes that this reader gives in all.
  virtual std::uint64_t size() const = 0;
  // The next piece of at most 256 KiB; empty at the end; valid until the next read. A reader of the whole blob checks
  // the content and fails (Internal) instead of giving the last piece of a damaged one.
  virtual Result<std::string_view> read() = 0;
};

class BlobStore {
 public:
  virtual ~BlobStore() = default;
  virtual Result<std::unique_ptr<BlobWriter>> create() = 0;
  // Bytes [offset, offset + length) of the blob, less where it ends earlier; Internal when the file is missing or has
  // not its size any more. An open reader keeps working when the blob is erased meanwhile.
  virtual Result<std::unique_ptr<BlobReader>> open(const std::string& id, std::uint64_t offset,
                                                   std::uint64_t length) = 0;
  // The whole content; for small blobs (code archives), at most `limit` bytes.
  virtual Result<std::string> read_all(const std::string& id, std::uint64_t limit) = 0;
  // The file itself, for those who need a path.
  virtual std::string path_of(const std::string& id) const = 0;

  // References, kept in the store: a blob lives while its count is above zero. Call inside the transaction that makes
  // or drops the reference.
  virtual Result<> retain(Transaction& tx, const BlobInfo& blob) = 0;
  virtual Result<> release(Transaction& tx, const std::string& id) = 0;
  // Deletes the files that have had no reference for `grace` (by the machine's clock, as file times are); returns how
  // many. A retain() that comes too late fails. Run by a background worker: it waits for the disk.
  virtual Result<int> collect(Store& store, Millis grace) = 0;
};

Result<std::unique_ptr<BlobStore>> open_blob_store(const std::string& folder, Clock& clock, Random& random,
                                                   Durability durability);

}  // namespace orrery
