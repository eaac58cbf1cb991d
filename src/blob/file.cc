#include "blob/file.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace orrery::blob {

Error file_error(std::string_view what, const std::string& path) {
  return internal_error("cannot " + std::string(what) + " " + path + ": " + std::generic_category().message(errno));
}

File& File::operator=(File&& other) noexcept {
  if (this != &other) {
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
    path_ = std::move(other.path_);
  }
  return *this;
}

void File::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

Result<File> File::open(const std::string& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(file_error("open", path));
  return File(descriptor, path);
}

Result<> File::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(file_error("write", path_));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<> File::read_at(std::uint64_t offset, char* out, std::size_t length) const {
  while (length > 0) {
    const ssize_t got = ::pread(descriptor_, out, length, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(file_error("read", path_));
    if (got == 0) return fail(internal_error("the file " + path_ + " is damaged: it ends too early"));
    out += got;
    offset += static_cast<std::uint64_t>(got);
    length -= static_cast<std::size_t>(got);
  }
  return {};
}

Result<std::uint64_t> File::size() const {
  struct stat info {};
  if (::fstat(descriptor_, &info) != 0) return fail(file_error("examine", path_));
  return static_cast<std::uint64_t>(info.st_size);
}

Result<> File::sync_data() const {
  if (::fdatasync(descriptor_) != 0) return fail(file_error("write to disk", path_));
  return {};
}

void File::start_writeback(std::uint64_t offset, std::uint64_t length) const {
  // A hint: a failure shows in sync_data().
  (void)::sync_file_range(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(length), SYNC_FILE_RANGE_WRITE);
}

Result<> sync_folder(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return fail(file_error("open the folder", path));
  const File folder(descriptor, path);
  if (::fsync(descriptor) != 0) return fail(file_error("write to disk the folder", path));
  return {};
}

Result<bool> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return true;
  if (errno == EEXIST) return false;
  return fail(file_error("create the folder", path));
}

}  // namespace orrery::blob
