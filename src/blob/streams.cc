#include "blob/streams.h"

#include "base/check.h"
#include "blob/checksum.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

namespace orrery::blob {

namespace {

constexpr std::uint64_t kPiece = 256 << 10;
// A large upload goes to disk as it comes, so that finish() has little to wait for.
constexpr std::uint64_t kWritebackEvery = 8 << 20;

class FileWriter final : public BlobWriter {
 public:
  FileWriter(std::string folder, std::string temporary, File file, Random& random, Durability durability)
      : folder_(std::move(folder)),
        temporary_(std::move(temporary)),
        file_(std::move(file)),
        random_(random),
        durability_(durability) {}
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter() override {
    if (!finished_) ::unlink(temporary_.c_str());
  }

  Result<> write(std::string_view bytes) override {
    CHECK(!finished_);
    Result<> written = file_.write(bytes);
    if (!written) {
      failed_ = true;
      return written;
    }
    crc_ = crc32c(crc_, bytes);
    size_ += bytes.size();
    if (durability_ == Durability::Full && size_ - started_ >= kWritebackEvery) {
      file_.start_writeback(started_, size_ - started_);
      started_ = size_;
    }
    return {};
  }

  Result<BlobInfo> finish() override {
    CHECK(!finished_);
    if (failed_) return fail(internal_error("a write to " + temporary_ + " has failed before"));
    const BlobInfo info{make_id(random_, {size_, crc_}), size_};
    const std::string path = path_in(folder_, info.id);
    const std::string parent = path.substr(0, path.rfind('/'));
    if (durability_ == Durability::Full) TRY(file_.sync_data());
    const bool made = TRY(make_folder(parent));
    if (::rename(temporary_.c_str(), path.c_str()) != 0) return fail(file_error("rename to", path));
    finished_ = true;
    if (durability_ == Durability::Full) {
      TRY(sync_folder(parent));
      if (made) TRY(sync_folder(folder_));
    }
    file_.close();
    return info;
  }

 private:
  std::string folder_;
  std::string temporary_;
  File file_;
  Random& random_;
  Durability durability_;
  std::uint64_t size_ = 0;
  std::uint64_t started_ = 0;  // up to here the system has been told to write to disk
  std::uint32_t crc_ = 0;
  bool failed_ = false;
  bool finished_ = false;
};

class FileReader final : public BlobReader {
 public:
  FileReader(File file, std::string id, Id expected, std::uint64_t offset, std::uint64_t length)
      : file_(std::move(file)),
        id_(std::move(id)),
        expected_(expected),
        size_(length),
        next_(offset),
        end_(offset + length),
        whole_(length == expected.size) {
    buffer_.resize(std::min(length, kPiece));
  }

  std::uint64_t size() const override { return size_; }

  Result<std::string_view> read() override {
    const std::uint64_t length = std::min(end_ - next_, kPiece);
    const std::string_view piece(buffer_.data(), length);
    TRY(file_.read_at(next_, buffer_.data(), length));
    next_ += length;
    if (whole_ && length > 0) {
      crc_ = crc32c(crc_, piece);
      if (next_ == end_ && crc_ != expected_.crc) {
        return fail(internal_error("the content of blob " + id_ + " is damaged: its checksum differs"));
      }
    }
    return piece;
  }

 private:
  File file_;
  std::string id_;
  Id expected_;
  std::uint64_t size_;
  std::uint64_t next_;
  std::uint64_t end_;
  bool whole_;
  std::uint32_t crc_ = 0;
  std::string buffer_;
};

}  // namespace

std::string path_in(const std::string& folder, const std::string& id) {
  return folder + "/" + id.substr(0, 2) + "/" + id;
}

Result<std::unique_ptr<BlobWriter>> start_writing(const std::string& folder, Random& random, Durability durability) {
  std::string temporary = folder + "/tmp/" + random.token(24, kLowerHex);
  File file = TRY(File::open(temporary, O_WRONLY | O_CREAT | O_EXCL));
  return std::unique_ptr<BlobWriter>(
      std::make_unique<FileWriter>(folder, std::move(temporary), std::move(file), random, durability));
}

Result<std::unique_ptr<BlobReader>> start_reading(const std::string& folder, const std::string& id,
                                                  std::uint64_t offset, std::uint64_t length) {
  const std::optional<Id> expected = parse_id(id);
  if (!expected) return fail(internal_error("\"" + id + "\" is not the id of a blob"));
  File file = TRY(File::open(path_in(folder, id), O_RDONLY));
  const std::uint64_t size = TRY(file.size());
  if (size != expected->size) {
    return fail(internal_error("blob " + id + " is damaged: its file has " + std::to_string(size) + " bytes"));
  }
  const std::uint64_t begin = std::min(offset, size);
  return std::unique_ptr<BlobReader>(
      std::make_unique<FileReader>(std::move(file), id, *expected, begin, std::min(length, size - begin)));
}

}  // namespace orrery::blob
