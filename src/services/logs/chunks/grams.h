// What texts a chunk of lines can have in it, without looking into it: a Bloom filter, with one hash, of all runs of
// four bytes. It answers for any part of a line, not only for whole words, because terms are found anywhere in a line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::logs {

// What every line that is looked for has in it: of each clause at least one text.
struct NeededText {
  std::vector<std::vector<std::string>> clauses;

  bool empty() const { return clauses.empty(); }
  // Whether `text` has, of each clause, one text in it.
  bool in(std::string_view text) const;
};

class GramWriter {
 public:
  GramWriter() : bits_(kWords, 0) {}

  void add(std::string_view line);
  // As small as it can be without getting too full; empty when it would say next to nothing.
  std::string finish() &&;

 private:
  // 8 KiB: as many bits as a chunk has bytes.
  static constexpr int kLogBits = 16;
  static constexpr std::size_t kWords = (std::size_t{1} << kLogBits) / 64;

  std::vector<std::uint64_t> bits_;
};

// `grams` is what GramWriter made. False: no line of the chunk has what is needed.
bool may_hold(std::string_view grams, const NeededText& needed);

}  // namespace orrery::logs
