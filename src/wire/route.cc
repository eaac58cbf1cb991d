#include "wire/route.h"

#include "base/encode.h"
#include "wire/protocol_internal.h"

#include <algorithm>

namespace orrery::wire {
namespace {

struct Segment {
  std::string_view text;  // of the literal, or the label's name
  bool label = false;
  bool greedy = false;  // {Key+}: the rest of the path, slashes included
};

// One operation behind a path: what the query and the headers must hold for it.
struct Candidate {
  const OperationModel* operation;
  std::vector<std::pair<std::string_view, std::string_view>> literals;  // value empty: any
};

const std::string* find_parameter(const Pairs& query, std::string_view name) {
  for (const auto& [key, value] : query) {
    if (key == name) return &value;
  }
  return nullptr;
}

bool has_header(Headers headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& header) { return equal_ignoring_case(header.first, name); });
}

bool satisfied(const Candidate& candidate, const Pairs& query, Headers headers) {
  for (const auto& [key, wanted] : candidate.literals) {
    const std::string* value = find_parameter(query, key);
    if (value == nullptr || (!wanted.empty() && *value != wanted)) return false;
  }
  for (const std::string_view need : candidate.operation->needs) {
    const std::size_t colon = need.find(':');
    const std::string_view name = need.substr(colon + 1);
    if (need.starts_with("header") ? !has_header(headers, name) : find_parameter(query, name) == nullptr) return false;
  }
  return true;
}

std::size_t specificity(const Candidate& candidate) {
  return candidate.literals.size() + candidate.operation->needs.size();
}

std::vector<Segment> parse_template(std::string_view path) {
  std::vector<Segment> out;
  while (path.starts_with('/')) path.remove_prefix(1);
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    std::string_view text = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    Segment segment{text};
    if (text.starts_with('{')) {
      segment.label = true;
      segment.greedy = text.ends_with("+}");
      segment.text = text.substr(1, text.size() - (segment.greedy ? 3 : 2));
    }
    out.push_back(segment);
  }
  return out;
}

std::vector<std::pair<std::string_view, std::string_view>> parse_literals(std::string_view query) {
  std::vector<std::pair<std::string_view, std::string_view>> out;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view one = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    const std::size_t equals = one.find('=');
    const std::string_view key = one.substr(0, equals);
    if (key == "x-id") continue;  // a label for logs that newer SDKs add; it never decides
    out.emplace_back(key, equals == std::string_view::npos ? std::string_view() : one.substr(equals + 1));
  }
  return out;
}

}  // namespace

// A method and a path template, with the operations that share them, the most specific first.
struct RestRouter::Entry {
  std::string_view method;
  std::string_view path;
  std::vector<Segment> segments;
  std::size_t literal_segments = 0;
  std::vector<Candidate> candidates;

  std::optional<Pairs> match(std::string_view raw_path) const {
    std::string_view rest = raw_path.starts_with('/') ? raw_path.substr(1) : raw_path;
    Pairs labels;
    for (const Segment& segment : segments) {
      const std::size_t slash = segment.greedy ? std::string_view::npos : rest.find('/');
      const std::string_view part = rest.substr(0, slash);
      rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
      if (part.empty()) return std::nullopt;
      if (!segment.label) {
        if (part != segment.text) return std::nullopt;
        continue;
      }
      std::optional<std::string> decoded = percent_decode(part);
      if (!decoded) return std::nullopt;
      labels.emplace_back(segment.text, std::move(*decoded));
    }
    // One slash at the end makes no difference: /bucket/ is the bucket.
    return rest.empty() ? std::optional(std::move(labels)) : std::nullopt;
  }
};

RestRouter::RestRouter(const ServiceModel& service) {
  for (const OperationModel& operation : service.operations) {
    const std::size_t mark = operation.uri.find('?');
    std::string_view path = operation.uri.substr(0, mark);
    if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& existing) {
      return existing.method == operation.method && existing.path == path;
    });
    if (entry == entries_.end()) {
      entries_.push_back({operation.method, path, parse_template(path), 0, {}});
      entry = entries_.end() - 1;
      entry->literal_segments = static_cast<std::size_t>(
          std::count_if(entry->segments.begin(), entry->segments.end(), [](const Segment& s) { return !s.label; }));
    }
    entry->candidates.push_back(
        {&operation, parse_literals(mark == std::string_view::npos ? "" : operation.uri.substr(mark + 1))});
  }
  for (Entry& entry : entries_) {
    std::stable_sort(entry.candidates.begin(), entry.candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return specificity(a) > specificity(b); });
  }
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.literal_segments > b.literal_segments; });
}

RestRouter::~RestRouter() = default;
RestRouter::RestRouter(RestRouter&&) noexcept = default;

std::optional<Route> RestRouter::find(std::string_view method, std::string_view raw_path, const Pairs& query,
                                      std::span<const std::pair<std::string_view, std::string_view>> headers) const {
  for (const Entry& entry : entries_) {
    if (entry.method != method) continue;
    std::optional<Pairs> labels = entry.match(raw_path);
    if (!labels) continue;
    for (const Candidate& candidate : entry.candidates) {
      if (satisfied(candidate, query, headers)) return Route{candidate.operation, std::move(*labels)};
    }
  }
  return std::nullopt;
}

}  // namespace orrery::wire
