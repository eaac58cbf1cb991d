#include "functions/zip.h"

#include "functions/sandbox/fd.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

namespace orrery::functions {
namespace {

namespace fs = std::filesystem;

Error invalid_zip(std::string message) { return api_error("InvalidParameterValueException", std::move(message)); }
Error no_zip() {
  return invalid_zip("Could not unzip uploaded file. Please check your file, then try to upload again.");
}
Error too_large() {
  return invalid_zip("Unzipped size must be smaller than " + std::to_string(kMaxUnzippedBytes) + " bytes");
}

// A small archive may name any number of empty files, and folders in folders in folders.
constexpr int kMostEntries = 300'000;
constexpr int kMostFolders = 256;

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, CloseArchive>;

struct CloseEntry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

struct Link {
  std::string name, target;
};

// Whether a relative path, taken from the root, stays within it and is no alias of the root itself.
bool stays_inside(const fs::path& path) {
  if (path.empty() || path.is_absolute()) return false;
  const fs::path normal = path.lexically_normal();
  return normal != "." && *normal.begin() != "..";
}

class Unpacker {
 public:
  Unpacker(zip_t* archive, std::string root) : archive_(archive), root_(std::move(root)) {}

  Result<Unpacked> run() {
    const zip_int64_t count = zip_get_num_entries(archive_, 0);
    TRY(check_declared_sizes(count));
    for (zip_int64_t i = 0; i < count; ++i) TRY(entry(static_cast<zip_uint64_t>(i)));
    TRY(make_links());
    return done_;
  }

 private:
  // Spares the disk most bombs; those that lie are found while they are read.
  Result<> check_declared_sizes(zip_int64_t count) const {
    zip_uint64_t total = 0;
    for (zip_int64_t i = 0; i < count; ++i) {
      zip_stat_t stat;
      if (zip_stat_index(archive_, static_cast<zip_uint64_t>(i), 0, &stat) == 0 && (stat.valid & ZIP_STAT_SIZE) != 0) {
        total += std::min<zip_uint64_t>(stat.size, kMaxUnzippedBytes);
      }
    }
    if (total >= static_cast<zip_uint64_t>(kMaxUnzippedBytes)) return fail(too_large());
    return {};
  }

  Result<> entry(zip_uint64_t index) {
    const char* raw = zip_get_name(archive_, index, ZIP_FL_ENC_RAW);
    if (raw == nullptr) return fail(no_zip());
    const std::string name = raw;
    if (name.size() >= PATH_MAX) return fail(no_zip());
    if (!stays_inside(name)) return fail(invalid_zip("The zip file has an entry outside of its root: " + name));
    if (name.back() == '/') return make_directory(fs::path(name).lexically_normal().parent_path());
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    zip_file_get_external_attributes(archive_, index, 0, &system, &attributes);
    const mode_t mode = system == ZIP_OPSYS_UNIX || system == ZIP_OPSYS_OS_X ? attributes >> 16 : 0;
    TRY(make_directory(fs::path(name).lexically_normal().parent_path()));
    return S_ISLNK(mode) ? remember_link(index, name) : write_file(index, name, (mode & 0111) != 0);
  }

  // From the top down. Nothing is remembered but the last one: names are the archive's, and so are their numbers.
  Result<> make_directory(const fs::path& relative) {
    if (relative == last_directory_) return {};
    if (std::distance(relative.begin(), relative.end()) > kMostFolders) return fail(no_zip());
    std::string path = root_;
    for (const fs::path& part : relative) {
      path.append("/").append(part.string());
      if (::mkdir(path.c_str(), 0755) == 0) {
        TRY(count_entry());
        if (::chmod(path.c_str(), 0755) < 0) return fail(no_zip());
      } else {
        struct stat there {};
        if (errno != EEXIST || ::lstat(path.c_str(), &there) < 0 || !S_ISDIR(there.st_mode)) return fail(no_zip());
      }
    }
    last_directory_ = relative;
    return {};
  }

  Result<> count_entry() {
    if (++entries_ <= kMostEntries) return {};
    return fail(invalid_zip("The zip file has more than " + std::to_string(kMostEntries) + " files and folders"));
  }

  // Gives the pieces of one entry to `take`, counting all that comes out: sizes in the archive may lie.
  template <class Take>
  Result<> read(zip_uint64_t index, Take&& take) {
    const std::unique_ptr<zip_file_t, CloseEntry> file(zip_fopen_index(archive_, index, 0));
    if (file == nullptr) return fail(no_zip());  // encrypted, or a compression that we do not know
    std::vector<char> buffer(std::size_t{256} * 1024);
    while (true) {
      const zip_int64_t n = zip_fread(file.get(), buffer.data(), buffer.size());
      if (n < 0) return fail(no_zip());
      if (n == 0) return {};
      done_.bytes += n;
      if (done_.bytes >= kMaxUnzippedBytes) return fail(too_large());
      TRY(take(std::string_view(buffer.data(), static_cast<std::size_t>(n))));
    }
  }

  Result<> write_file(zip_uint64_t index, const std::string& name, bool executable) {
    const std::string path = root_ + "/" + fs::path(name).lexically_normal().string();
    const Fd out(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!out.valid()) return fail(no_zip());  // also the name of a file and of a folder at once
    if (::fchmod(out.get(), executable ? 0755 : 0644) < 0) return fail(internal_error("fchmod " + path));
    ++done_.files;
    TRY(count_entry());
    return read(index, [&](std::string_view piece) -> Result<> {
      if (::write(out.get(), piece.data(), piece.size()) != static_cast<ssize_t>(piece.size())) {
        return fail(internal_error("cannot write " + path));
      }
      return {};
    });
  }

  Result<> remember_link(zip_uint64_t index, const std::string& name) {
    Link link{fs::path(name).lexically_normal().string(), ""};
    TRY(read(index, [&link](std::string_view piece) -> Result<> {
      link.target += piece;
      if (link.target.size() > 4095) return fail(no_zip());
      return {};
    }));
    const fs::path target = link.target;
    if (target.is_absolute() || !stays_inside(fs::path(link.name).parent_path() / target)) {
      return fail(invalid_zip("The zip file has a symbolic link that points outside of its root: " + name));
    }
    links_.push_back(std::move(link));
    return {};
  }

  // Last of all, so that nothing is ever written through a link; and no link lies behind another one.
  Result<> make_links() {
    for (const Link& link : links_) {
      if (::symlink(link.target.c_str(), (root_ + "/" + link.name).c_str()) < 0) return fail(no_zip());
      ++done_.files;
      TRY(count_entry());
    }
    return {};
  }

  zip_t* archive_;
  std::string root_;
  Unpacked done_;
  fs::path last_directory_;
  int entries_ = 0;
  std::vector<Link> links_;
};

Result<Unpacked> unpack(zip_source_t* source, const std::string& directory) {
  if (source == nullptr) return fail(internal_error("no memory for the zip archive"));
  zip_error_t error;
  zip_error_init(&error);
  const Archive archive(zip_open_from_source(source, ZIP_RDONLY, &error));
  zip_error_fini(&error);
  if (archive == nullptr) {
    zip_source_free(source);
    return fail(no_zip());
  }
  std::error_code failed;
  fs::create_directories(directory, failed);
  if (failed || !fs::is_empty(directory, failed)) return fail(internal_error("not an empty directory: " + directory));
  ::chmod(directory.c_str(), 0755);
  auto result = Unpacker(archive.get(), directory).run();
  if (!result) fs::remove_all(directory, failed);
  return result;
}

}  // namespace

Result<Unpacked> unpack_zip(std::string_view bytes, const std::string& directory) {
  return unpack(zip_source_buffer_create(bytes.data(), bytes.size(), 0, nullptr), directory);
}

Result<Unpacked> unpack_zip_file(const std::string& path, const std::string& directory) {
  return unpack(zip_source_file_create(path.c_str(), 0, 0, nullptr), directory);
}

}  // namespace orrery::functions
