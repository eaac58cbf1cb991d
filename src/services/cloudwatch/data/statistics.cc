#include "services/cloudwatch/data/statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace orrery::cloudwatch {
namespace {

const double kStep = std::log(1.01);  // between neighbours of rounded values

double rounded_off(double value) {
  if (value == 0) return 0;
  return std::copysign(std::exp(std::round(std::log(std::abs(value)) / kStep) * kStep), value);
}

void put_u64(std::uint64_t value, std::string& out) {
  for (unsigned shift = 0; shift < 64; shift += 8) out += static_cast<char>(value >> shift & 0xffU);
}
void put_double(double value, std::string& out) { put_u64(std::bit_cast<std::uint64_t>(value), out); }

std::optional<double> take_double(std::string_view& bytes) {
  if (bytes.size() < 8) return std::nullopt;
  std::uint64_t bits = 0;
  for (unsigned i = 0; i < 8; ++i) bits |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8U * i);
  bytes.remove_prefix(8);
  return std::bit_cast<double>(bits);
}

constexpr unsigned kOpaque = 1, kRounded = 2, kSummed = 4;

}  // namespace

void Statistics::widen(double low, double high, double times) {
  minimum = count == 0 ? low : std::min(minimum, low);
  maximum = count == 0 ? high : std::max(maximum, high);
  count += times;
}

void Statistics::put(double value, double times) {
  if (rounded) value = rounded_off(value);
  const auto at = std::ranges::lower_bound(values, value, {}, &std::pair<double, double>::first);
  if (at != values.end() && at->first == value) {
    at->second += times;
    return;
  }
  values.insert(at, {value, times});
  if (!rounded && values.size() > kExactValues) round_off();
}

void Statistics::round_off() {
  rounded = true;
  const auto exact = std::exchange(values, {});
  for (const auto& [value, times] : exact) put(value, times);
}

void Statistics::add(double value, double times) {
  widen(value, value, times);
  sum += value * times;
  put(value, times);
}

void Statistics::add_set(double set_count, double set_sum, double set_minimum, double set_maximum) {
  widen(set_minimum, set_maximum, set_count);
  sum += set_sum;
  if (set_minimum == set_maximum && set_sum == set_minimum * set_count) return put(set_minimum, set_count);
  opaque = true;
  values.clear();
}

void Statistics::merge(const Statistics& other) {
  if (other.count == 0) return;
  widen(other.minimum, other.maximum, other.count);
  sum += other.sum;
  opaque = opaque || other.opaque;
  if (opaque) {
    values.clear();
    return;
  }
  if (other.rounded && !rounded) round_off();
  for (const auto& [value, times] : other.values) put(value, times);
}

std::string encode_statistics(const Statistics& s) {
  std::string out;
  const bool summed = s.opaque || s.values.size() != 1 || s.rounded || s.values[0].first * s.count != s.sum;
  out += static_cast<char>((s.opaque ? kOpaque : 0U) | (s.rounded ? kRounded : 0U) | (summed ? kSummed : 0U));
  if (summed) {
    for (const double part : {s.count, s.sum, s.minimum, s.maximum}) put_double(part, out);
    put_u64(s.values.size(), out);
  }
  for (const auto& [value, times] : s.values) {
    put_double(value, out);
    put_double(times, out);
  }
  return out;
}

std::optional<Statistics> decode_statistics(std::string_view& bytes) {
  if (bytes.empty()) return std::nullopt;
  const unsigned flags = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  Statistics s;
  s.opaque = (flags & kOpaque) != 0;
  s.rounded = (flags & kRounded) != 0;
  std::uint64_t size = 1;
  if ((flags & kSummed) != 0) {
    for (double* part : {&s.count, &s.sum, &s.minimum, &s.maximum}) {
      const auto read = take_double(bytes);
      if (!read) return std::nullopt;
      *part = *read;
    }
    const auto read = take_double(bytes);
    if (!read) return std::nullopt;
    size = std::bit_cast<std::uint64_t>(*read);
  }
  if (size > bytes.size() / 16) return std::nullopt;
  s.values.reserve(static_cast<std::size_t>(size));
  for (std::uint64_t i = 0; i < size; ++i) {
    const double value = *take_double(bytes);
    const double times = *take_double(bytes);
    s.values.emplace_back(value, times);
  }
  if ((flags & kSummed) == 0) {
    s.count = s.values[0].second;
    s.minimum = s.maximum = s.values[0].first;
    s.sum = s.minimum * s.count;
  }
  return s;
}

}  // namespace orrery::cloudwatch
