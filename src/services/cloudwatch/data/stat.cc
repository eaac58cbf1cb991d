#include "services/cloudwatch/data/stat.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string>

namespace orrery::cloudwatch {
namespace {

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<double> percent(std::string_view text) {
  const auto value = number(text);
  return value && *value >= 0 && *value <= 100 ? value : std::nullopt;
}

std::optional<Stat::Kind> family(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower == "p") return Stat::Kind::Percentile;
  if (lower == "tm") return Stat::Kind::TrimmedMean;
  if (lower == "wm") return Stat::Kind::WinsorizedMean;
  if (lower == "tc") return Stat::Kind::TrimmedCount;
  if (lower == "ts") return Stat::Kind::TrimmedSum;
  if (lower == "pr") return Stat::Kind::PercentileRank;
  return std::nullopt;
}

// "(10%:90%)", "(:90%)", "(80:500)"
std::optional<Stat> ranged(Stat::Kind kind, std::string_view range) {
  const auto colon = range.find(':');
  if (kind == Stat::Kind::Percentile || colon == std::string_view::npos || !range.ends_with(')')) return std::nullopt;
  std::string_view low = range.substr(1, colon - 1);
  std::string_view high = range.substr(colon + 1, range.size() - colon - 2);
  if (low.empty() && high.empty()) return std::nullopt;
  Stat stat;
  stat.kind = kind;
  stat.absolute = !low.ends_with('%') && !high.ends_with('%');
  if (kind == Stat::Kind::PercentileRank && !stat.absolute) return std::nullopt;
  for (auto [text, bound] : {std::pair{low, &stat.low}, std::pair{high, &stat.high}}) {
    if (text.empty()) continue;
    if (!stat.absolute) {
      if (!text.ends_with('%')) return std::nullopt;
      text.remove_suffix(1);
    }
    *bound = stat.absolute ? number(text) : percent(text);
    if (!*bound) return std::nullopt;
  }
  if (stat.low && stat.high && *stat.low > *stat.high) return std::nullopt;
  return stat;
}

// The value below which `share` (0 to 1) of all lie: nearest rank.
double quantile(const Statistics& s, double share) {
  const double wanted = share * s.count;
  double passed = 0;
  for (const auto& [value, times] : s.values) {
    passed += times;
    if (passed >= wanted && passed > 0) return std::clamp(value, s.minimum, s.maximum);
  }
  return s.maximum;
}

struct Trimmed {
  double count = 0, sum = 0;       // of what is within the bounds
  double below = 0, above = 0;     // how many are not
  double lowest = 0, highest = 0;  // of what is within
};

Trimmed trim(const Stat& stat, const Statistics& s) {
  Trimmed out;
  const double from = stat.absolute ? 0 : stat.low.value_or(0) / 100 * s.count;
  const double to = stat.absolute ? 0 : stat.high.value_or(100) / 100 * s.count;
  double passed = 0;
  for (const auto& [value, times] : s.values) {
    double inside = times;
    if (stat.absolute) {
      // "The lower bound is exclusive, the upper one inclusive."
      const bool low = stat.low && value <= *stat.low;
      const bool high = stat.high && value > *stat.high;
      inside = low || high ? 0 : times;
      out.below += low ? times : 0;
      out.above += high ? times : 0;
    } else {
      inside = std::max(0.0, std::min(passed + times, to) - std::max(passed, from));
      out.below += std::clamp(from - passed, 0.0, times);
      out.above += std::clamp(passed + times - to, 0.0, times);
    }
    passed += times;
    if (inside <= 0) continue;
    if (out.count == 0) out.lowest = value;
    out.highest = value;
    out.count += inside;
    out.sum += inside * value;
  }
  return out;
}

std::optional<double> trimmed_value(const Stat& stat, const Statistics& s) {
  const Trimmed t = trim(stat, s);
  switch (stat.kind) {
    case Stat::Kind::TrimmedCount:
      return t.count;
    case Stat::Kind::TrimmedSum:
      return t.sum;
    case Stat::Kind::PercentileRank:
      return 100 * t.count / s.count;
    case Stat::Kind::TrimmedMean:
      return t.count > 0 ? std::optional(t.sum / t.count) : std::nullopt;
    default:  // winsorized: what lies outside counts as the bound that it is beyond
      if (t.count <= 0) return std::nullopt;
      return (t.sum + t.below * t.lowest + t.above * t.highest) / (t.count + t.below + t.above);
  }
}

}  // namespace

std::optional<Stat> parse_stat(std::string_view name) {
  Stat stat;
  if (name == "SampleCount" || name == "Average" || name == "Sum" || name == "Minimum" || name == "Maximum") {
    stat.kind = name == "SampleCount" ? Stat::Kind::SampleCount
                : name == "Average"   ? Stat::Kind::Average
                : name == "Sum"       ? Stat::Kind::Sum
                : name == "Minimum"   ? Stat::Kind::Minimum
                                      : Stat::Kind::Maximum;
    return stat;
  }
  if (name == "IQM") return ranged(Stat::Kind::TrimmedMean, "(25%:75%)");
  if (name.starts_with("p") && !name.starts_with("pr")) {
    stat.kind = Stat::Kind::Percentile;
    stat.high = percent(name.substr(1));
    return stat.high ? std::optional(stat) : std::nullopt;
  }
  if (name.size() < 3) return std::nullopt;
  const auto kind = family(name.substr(0, 2));
  if (!kind) return std::nullopt;
  if (name[2] == '(') return ranged(*kind, name.substr(2));
  if (*kind == Stat::Kind::PercentileRank) return std::nullopt;
  stat.kind = *kind;
  stat.high = percent(name.substr(2));  // tm90 is TM(0%:90%)
  return stat.high ? std::optional(stat) : std::nullopt;
}

std::optional<double> value_of(const Stat& stat, const Statistics& s) {
  if (s.count == 0) return std::nullopt;
  switch (stat.kind) {
    case Stat::Kind::SampleCount:
      return s.count;
    case Stat::Kind::Average:
      return s.sum / s.count;
    case Stat::Kind::Sum:
      return s.sum;
    case Stat::Kind::Minimum:
      return s.minimum;
    case Stat::Kind::Maximum:
      return s.maximum;
    default:
      break;
  }
  if (s.opaque || s.values.empty()) return std::nullopt;
  if (stat.kind == Stat::Kind::Percentile) return quantile(s, *stat.high / 100);
  return trimmed_value(stat, s);
}

}  // namespace orrery::cloudwatch
