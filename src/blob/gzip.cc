#include "blob/gzip.h"

#include "base/check.h"

#include <array>
#include <cstdint>
#include <vector>

#include <isa-l/igzip_lib.h>

namespace orrery {
namespace {

constexpr std::size_t kPiece = std::size_t{64} * 1024;

// The library's pointers are not const; it only reads.
std::uint8_t* pointer_to(std::string_view bytes) {
  return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(bytes.data()));
}

}  // namespace

struct GzipWriter::State {
  isal_zstream stream{};
  std::vector<std::uint8_t> level = std::vector<std::uint8_t>(ISAL_DEF_LVL1_DEFAULT);
  std::array<std::uint8_t, kPiece> piece{};
  std::string pending;  // the library likes more than a line at once
  std::string out;

  void compress(std::string_view bytes, bool last) {
    stream.next_in = pointer_to(bytes);
    stream.avail_in = static_cast<std::uint32_t>(bytes.size());
    stream.end_of_stream = last ? 1 : 0;
    do {
      stream.next_out = piece.data();
      stream.avail_out = static_cast<std::uint32_t>(piece.size());
      CHECK(isal_deflate(&stream) == COMP_OK);
      out.append(reinterpret_cast<const char*>(piece.data()), piece.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  }
};

GzipWriter::GzipWriter() : state_(std::make_unique<State>()) {
  isal_deflate_init(&state_->stream);
  state_->stream.gzip_flag = IGZIP_GZIP;
  state_->stream.level = 1;
  state_->stream.level_buf = state_->level.data();
  state_->stream.level_buf_size = static_cast<std::uint32_t>(state_->level.size());
}
GzipWriter::GzipWriter(GzipWriter&&) noexcept = default;
GzipWriter& GzipWriter::operator=(GzipWriter&&) noexcept = default;
GzipWriter::~GzipWriter() = default;

void GzipWriter::write(std::string_view bytes) {
  state_->pending += bytes;
  if (state_->pending.size() < kPiece) return;
  state_->compress(state_->pending, false);
  state_->pending.clear();
}

std::size_t GzipWriter::size() const { return state_->out.size(); }

std::string GzipWriter::finish() {
  state_->compress(state_->pending, true);
  return std::move(state_->out);
}

struct GzipReader::State {
  inflate_state stream{};
  std::array<std::uint8_t, kPiece> piece{};
  bool within = false;  // a member
};

GzipReader::GzipReader() : state_(std::make_unique<State>()) {}
GzipReader::GzipReader(GzipReader&&) noexcept = default;
GzipReader& GzipReader::operator=(GzipReader&&) noexcept = default;
GzipReader::~GzipReader() = default;

Result<> GzipReader::read(std::string_view bytes, std::string& out) {
  inflate_state& stream = state_->stream;
  stream.next_in = pointer_to(bytes);
  stream.avail_in = static_cast<std::uint32_t>(bytes.size());
  bool full = false;  // the library may hold more than it could put out
  while (stream.avail_in > 0 || full) {
    if (!state_->within) {
      std::uint8_t* next = stream.next_in;
      const std::uint32_t left = stream.avail_in;
      isal_inflate_init(&stream);
      stream.crc_flag = ISAL_GZIP;
      stream.next_in = next;
      stream.avail_in = left;
      state_->within = true;
    }
    stream.next_out = state_->piece.data();
    stream.avail_out = static_cast<std::uint32_t>(state_->piece.size());
    if (isal_inflate(&stream) != ISAL_DECOMP_OK) return fail(internal_error("this is no gzip file, or it is damaged"));
    out.append(reinterpret_cast<const char*>(state_->piece.data()), state_->piece.size() - stream.avail_out);
    full = stream.avail_out == 0;
    if (stream.block_state != ISAL_BLOCK_FINISH) continue;  // FINISH: and all of it has been put out
    state_->within = false;
    full = false;
  }
  return {};
}

Result<> GzipReader::finish() const {
  if (state_->within) return fail(internal_error("the gzip file is cut short"));
  return {};
}

}  // namespace orrery
