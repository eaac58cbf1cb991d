// gzip (RFC 1952) of what streams by, in both directions: the data files of exports and imports. By ISA-L's igzip,
// several times as fast as zlib at about its lowest level of compression.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace orrery {

// One file. What is compressed gathers in memory.
class GzipWriter {
 public:
  GzipWriter();
  GzipWriter(GzipWriter&&) noexcept;
  GzipWriter& operator=(GzipWriter&&) noexcept;
  ~GzipWriter();

  void write(std::string_view bytes);
  // So far, roughly: what is not compressed so far is not counted.
  std::size_t size() const;
  // The whole file. Call once.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class GzipReader {
 public:
  GzipReader();
  GzipReader(GzipReader&&) noexcept;
  GzipReader& operator=(GzipReader&&) noexcept;
  ~GzipReader();

  // The next piece of the file; appends what it holds to `out`, which grows by about its thousandfold at worst. A file
  // may be several gzip members one after the other. Error: Internal, it is damaged.
  Result<> read(std::string_view piece, std::string& out);
  // The file has ended. Error: Internal, it is cut short.
  Result<> finish() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace orrery
