// Files, with errors in words.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace orrery::blob {

// Internal, of errno: "cannot write PATH: No space left on device".
Error file_error(std::string_view what, const std::string& path);

// Owns a file descriptor.
class File {
 public:
  File() = default;
  File(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}
  File& operator=(File&& other) noexcept;
  ~File() { close(); }

  // `flags` as for open(2); close-on-exec always.
  static Result<File> open(const std::string& path, int flags);

  Result<> write(std::string_view bytes);
  // Exactly `length` bytes, or an error when the file ends before.
  Result<> read_at(std::uint64_t offset, char* out, std::size_t length) const;
  Result<std::uint64_t> size() const;
  Result<> sync_data() const;
  // Starts the writing to disk of what lies in [offset, offset + length), without waiting.
  void start_writeback(std::uint64_t offset, std::uint64_t length) const;
  void close();

 private:
  int descriptor_ = -1;
  std::string path_;
};

// Makes the names in the folder survive a power cut.
Result<> sync_folder(const std::string& path);
// True when it was made, false when it was there.
Result<bool> make_folder(const std::string& path);

}  // namespace orrery::blob
