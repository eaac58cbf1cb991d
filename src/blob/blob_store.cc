// Blobs as files: FOLDER/xx/id, FOLDER/tmp/ for those being written.
#include "base/check.h"
#include "base/log.h"
#include "blob/blob.h"
#include "blob/references.h"
#include "blob/streams.h"
#include "store/key.h"

#include <chrono>
#include <filesystem>
#include <system_error>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace orrery {
namespace blob {
namespace {

namespace fs = std::filesystem;

class FolderStore final : public BlobStore {
 public:
  FolderStore(std::string folder, Clock& clock, Random& random, Durability durability)
      : folder_(std::move(folder)), clock_(clock), random_(random), durability_(durability) {}

  Result<std::unique_ptr<BlobWriter>> create() override { return start_writing(folder_, random_, durability_); }
  Result<std::unique_ptr<BlobReader>> open(const std::string& id, std::uint64_t offset, std::uint64_t length) override {
    return start_reading(folder_, id, offset, length);
  }
  Result<std::string> read_all(const std::string& id, std::uint64_t limit) override;
  std::string path_of(const std::string& id) const override { return path_in(folder_, id); }

  Result<> retain(Transaction& tx, const BlobInfo& blob) override;
  Result<> release(Transaction& tx, const std::string& id) override;
  Result<int> collect(Store& store, Millis grace) override;

 private:
  Result<std::vector<std::string>> unreferenced_rows(Reader& reader, Instant before);
  Result<std::vector<std::string>> unreferenced_files(Reader& reader, Instant before);
  Result<bool> condemn(Store& store, const std::string& id, Instant before, Sequence* committed);
  Result<bool> erase(Store& store, const std::string& id);

  std::string folder_;
  Clock& clock_;
  Random& random_;
  Durability durability_;
};

Result<std::string> FolderStore::read_all(const std::string& id, std::uint64_t limit) {
  const std::unique_ptr<BlobReader> reader = TRY(open(id, 0, UINT64_MAX));
  if (reader->size() > limit) {
    return fail(internal_error("blob " + id + " is larger than the " + std::to_string(limit) + " bytes asked for"));
  }
  std::string content;
  content.reserve(reader->size());
  while (true) {
    const std::string_view piece = TRY(reader->read());
    if (piece.empty()) return content;
    content.append(piece);
  }
}

Result<> FolderStore::retain(Transaction& tx, const BlobInfo& blob) {
  const std::optional<References> found = TRY(find_references(tx, blob.id));
  // The collector marks the row, deletes the file, erases the row: no row and no file means that all this is over.
  const bool gone = found ? found->dying : ::access(path_of(blob.id).c_str(), F_OK) != 0;
  if (gone) return fail(internal_error("blob " + blob.id + " had no reference for too long and is gone"));
  References references = found.value_or(References());
  ++references.count;
  return tx.put(references_key(blob.id), encode(references));
}

Result<> FolderStore::release(Transaction& tx, const std::string& id) {
  std::optional<References> references = TRY(find_references(tx, id));
  if (!references || references->count == 0) {
    return fail(internal_error("blob " + id + " is released more often than it was retained"));
  }
  // The row stays at zero: readers that found the blob a moment ago have the grace period to open it.
  if (--references->count == 0) references->released_at = clock_.machine_now();
  return tx.put(references_key(id), encode(*references));
}

Result<std::vector<std::string>> FolderStore::unreferenced_rows(Reader& reader, Instant before) {
  std::vector<std::string> ids;
  const std::unique_ptr<Cursor> cursor = reader.scan(prefix_range(KeyWriter(KeyKind::Blob).view()));
  while (cursor->next()) {
    const std::string id = id_of_key(cursor->key());
    const References references = TRY(decode_references(id, cursor->value()));
    if (references.dying || (references.count == 0 && references.released_at <= before)) ids.push_back(id);
  }
  TRY(cursor->status());
  return ids;
}

Result<std::vector<std::string>> FolderStore::unreferenced_files(Reader& reader, Instant before) {
  std::vector<std::string> ids;
  std::error_code error;
  for (fs::directory_iterator folders(folder_, error), end; !error && folders != end; folders.increment(error)) {
    const std::string prefix = folders->path().filename().string();
    if (prefix.size() != 2) continue;
    std::error_code inner;
    for (fs::directory_iterator files(folders->path(), inner); !inner && files != end; files.increment(inner)) {
      const std::string id = files->path().filename().string();
      struct stat info {};
      if (!parse_id(id) || ::stat(files->path().c_str(), &info) != 0) continue;
      const Instant written = instant_from_ms(info.st_mtim.tv_sec * 1000LL + info.st_mtim.tv_nsec / 1'000'000);
      if (written <= before && !TRY(find_references(reader, id))) ids.push_back(id);
    }
    if (inner) return fail(internal_error("cannot list " + folders->path().string() + ": " + inner.message()));
  }
  if (error) return fail(internal_error("cannot list " + folder_ + ": " + error.message()));
  return ids;
}

// Marks the blob so that no new reference can be made, unless one has been made meanwhile (then false).
Result<bool> FolderStore::condemn(Store& store, const std::string& id, Instant before, Sequence* committed) {
  return store.transact(
      [&](Transaction& tx) -> Result<bool> {
        References references = TRY(find_references(tx, id)).value_or(References());
        if (references.count > 0 || (!references.dying && references.released_at > before)) return false;
        references.dying = true;
        TRY(tx.put(references_key(id), encode(references)));
        return true;
      },
      committed);
}

// After a crash in between, the row is still there and the next collection comes here again.
Result<bool> FolderStore::erase(Store& store, const std::string& id) {
  const bool there = ::unlink(path_of(id).c_str()) == 0;
  if (!there && errno != ENOENT) return fail(file_error("delete", path_of(id)));
  TRY(store.transact([&](Transaction& tx) { return tx.erase(references_key(id)); }));
  return there;
}

Result<int> FolderStore::collect(Store& store, Millis grace) {
  const Instant before = clock_.machine_now() - grace;
  const std::unique_ptr<Reader> reader = store.snapshot();
  std::vector<std::string> candidates = TRY(unreferenced_rows(*reader, before));
  for (std::string& id : TRY(unreferenced_files(*reader, before))) candidates.push_back(std::move(id));

  std::vector<std::string> condemned;
  Sequence committed = 0;
  for (const std::string& id : candidates) {
    if (TRY(condemn(store, id, before, &committed))) condemned.push_back(id);
  }
  // A file goes only when neither a crash nor a power cut can bring back a reference to it.
  TRY(store.wait_durable(committed));
  int deleted = 0;
  for (const std::string& id : condemned) deleted += TRY(erase(store, id)) ? 1 : 0;
  return deleted;
}

}  // namespace
}  // namespace blob

Result<std::unique_ptr<BlobStore>> open_blob_store(const std::string& folder, Clock& clock, Random& random,
                                                   Durability durability) {
  std::error_code error;
  std::filesystem::create_directories(folder + "/tmp", error);
  if (error) return fail(internal_error("cannot create the folder " + folder + ": " + error.message()));
  if (::access((folder + "/tmp").c_str(), R_OK | W_OK | X_OK) != 0) {
    return fail(blob::file_error("write to the folder", folder));
  }
  // What a crash has left: nobody can be writing now.
  std::vector<std::filesystem::path> leftovers;
  for (std::filesystem::directory_iterator files(folder + "/tmp", error), end; !error && files != end;
       files.increment(error)) {
    leftovers.push_back(files->path());
  }
  for (auto leftover = leftovers.begin(); !error && leftover != leftovers.end(); ++leftover) {
    std::filesystem::remove(*leftover, error);
  }
  if (error) return fail(internal_error("cannot clear " + folder + "/tmp: " + error.message()));
  return std::unique_ptr<BlobStore>(std::make_unique<blob::FolderStore>(folder, clock, random, durability));
}

}  // namespace orrery
