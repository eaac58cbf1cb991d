#include "services/logs/chunks/grams.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace orrery::logs {
namespace {

constexpr std::size_t kGramBytes = 4;
constexpr int kLeastLogBits = 9;  // 64 bytes
// Shares of the bits that are set, in percent: up to the first a filter is folded, beyond the second one it is of no
// use.
constexpr std::size_t kFullEnough = 30, kTooFull = 80;

// The highest bits of the product are the hash, so that a filter of half the size has half of the hash.
std::uint32_t hash_of(const char* gram) {
  std::uint32_t bytes = 0;
  std::memcpy(&bytes, gram, sizeof bytes);
  return bytes * 0x9e3779b1U;
}

std::size_t ones(const std::vector<std::uint64_t>& words) {
  std::size_t count = 0;
  for (const std::uint64_t word : words) count += static_cast<std::size_t>(std::popcount(word));
  return count;
}

// Two bits beside each other become one: the hash loses its last bit.
std::vector<std::uint64_t> folded(const std::vector<std::uint64_t>& words) {
  const auto squeeze = [](std::uint64_t word) {
    word = (word | word >> 1) & 0x5555555555555555U;
    word = (word | word >> 1) & 0x3333333333333333U;
    word = (word | word >> 2) & 0x0f0f0f0f0f0f0f0fU;
    word = (word | word >> 4) & 0x00ff00ff00ff00ffU;
    word = (word | word >> 8) & 0x0000ffff0000ffffU;
    return (word | word >> 16) & 0xffffffffU;
  };
  std::vector<std::uint64_t> half(words.size() / 2);
  for (std::size_t i = 0; i < half.size(); ++i) half[i] = squeeze(words[2 * i]) | squeeze(words[2 * i + 1]) << 32;
  return half;
}

bool may_hold_text(std::string_view grams, int log_bits, std::string_view text) {
  for (std::size_t i = 0; i + kGramBytes <= text.size(); ++i) {
    const std::uint32_t bit = hash_of(text.data() + i) >> (32 - log_bits);
    if ((static_cast<unsigned char>(grams[bit / 8]) >> (bit % 8) & 1) == 0) return false;
  }
  return true;
}

bool found_in(std::string_view text, const std::string& part) {
  return ::memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

}  // namespace

bool NeededText::in(std::string_view text) const {
  return std::ranges::all_of(clauses, [&](const auto& clause) {
    return std::ranges::any_of(clause, [&](const std::string& part) { return found_in(text, part); });
  });
}

void GramWriter::add(std::string_view line) {
  if (line.size() < kGramBytes) return;
  const char* const end = line.data() + line.size() - kGramBytes + 1;
  for (const char* at = line.data(); at != end; ++at) {
    const std::uint32_t bit = hash_of(at) >> (32 - kLogBits);
    bits_[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
}

std::string GramWriter::finish() && {
  if (ones(bits_) * 100 > bits_.size() * 64 * kTooFull) return {};
  while (bits_.size() * 64 > std::size_t{1} << kLeastLogBits) {
    std::vector<std::uint64_t> half = folded(bits_);
    if (ones(half) * 100 > half.size() * 64 * kFullEnough) break;
    bits_ = std::move(half);
  }
  std::string bytes;
  bytes.reserve(bits_.size() * 8);
  for (const std::uint64_t word : bits_) {
    for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(word >> shift & 0xff);
  }
  return bytes;
}

bool may_hold(std::string_view grams, const NeededText& needed) {
  if (!std::has_single_bit(grams.size())) return true;  // none
  const int log_bits = std::countr_zero(grams.size()) + 3;
  return std::ranges::all_of(needed.clauses, [&](const auto& clause) {
    return std::ranges::any_of(clause, [&](const auto& text) { return may_hold_text(grams, log_bits, text); });
  });
}

}  // namespace orrery::logs
