#include "auth/pattern.h"

#include <algorithm>
#include <utility>

namespace orrery::auth {
namespace {

// Wildcards in compiled texts: bytes that compile() refuses in policies and substitute() in the values of variables.
constexpr char kStar = '\x01';
constexpr char kQuestion = '\x02';
constexpr std::string_view kMarks("\x01\x02", 2);

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool allowed_byte(char c) { return static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n' || c == '\r'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Removes and returns what precedes the next colon.
std::string_view take_part(std::string_view& text) {
  const auto colon = text.find(':');
  const std::string_view part = text.substr(0, colon);
  text.remove_prefix(colon == std::string_view::npos ? text.size() : colon + 1);
  return part;
}

}  // namespace

bool glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // where to resume in the pattern, and in the text, after a mismatch
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == kStar) {
      star = ++p;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == text[t] || pattern[p] == kQuestion)) {
      // One character may be several bytes of UTF-8.
      const bool any = pattern[p] == kQuestion;
      ++p;
      ++t;
      while (any && t < text.size() && (static_cast<unsigned char>(text[t]) & 0xC0) == 0x80) ++t;
    } else if (star != std::string_view::npos) {
      p = star;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == kStar) ++p;
  return p == pattern.size();
}

// `inner` is what stands between "${" and "}": *, ?, $, a key, or a key and a default in single quotes.
bool Pattern::add_variable(std::string_view inner) {
  if (inner == "*" || inner == "?" || inner == "$") {
    text_ += inner;
    return true;
  }
  Part part;
  const auto comma = inner.find(',');
  part.key = trim(inner.substr(0, comma));
  if (part.key.empty()) return false;
  std::transform(part.key.begin(), part.key.end(), part.key.begin(), lower);  // names of keys know no case
  if (comma != std::string_view::npos) {
    const std::string_view quoted = trim(inner.substr(comma + 1));
    if (quoted.size() < 2 || quoted.front() != '\'' || quoted.back() != '\'') return false;
    part.fallback = quoted.substr(1, quoted.size() - 2);
  }
  part.literal = std::exchange(text_, {});
  parts_.push_back(std::move(part));
  return true;
}

std::optional<Pattern> Pattern::compile(std::string_view text, Case sensitivity, Wildcards wildcards,
                                        Variables variables) {
  if (!std::all_of(text.begin(), text.end(), allowed_byte)) return std::nullopt;
  Pattern out;
  out.case_ = sensitivity;
  out.source_ = text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (variables == Variables::On && text.substr(i, 2) == "${") {
      const auto close = text.find('}', i);
      if (close == std::string_view::npos || !out.add_variable(text.substr(i + 2, close - i - 2))) return std::nullopt;
      i = close;
    } else if (wildcards == Wildcards::On && c == '*') {
      if (out.text_.empty() || out.text_.back() != kStar) out.text_ += kStar;
    } else if (wildcards == Wildcards::On && c == '?') {
      out.text_ += kQuestion;
    } else {
      out.text_ += sensitivity == Case::Insensitive ? lower(c) : c;
    }
  }
  out.choose_shape();
  out.choose_probe();
  return out;
}

void Pattern::choose_shape() {
  const auto mark = text_.find_first_of(kMarks);
  if (!parts_.empty()) {
    parts_.push_back({std::exchange(text_, {}), "", std::nullopt});
    shape_ = Shape::Variable;
  } else if (mark == std::string::npos) {
    shape_ = Shape::Exact;
  } else if (text_.size() == 1 && text_[0] == kStar) {
    shape_ = Shape::Any;
  } else if (mark == text_.size() - 1 && text_[mark] == kStar) {
    text_.pop_back();
    shape_ = Shape::Prefix;
  } else {
    shape_ = Shape::Glob;
  }
}

std::optional<std::string> Pattern::substitute(const VariableSource& variables) const {
  std::string out;
  for (const Part& part : parts_) {
    out += part.literal;
    if (part.key.empty()) continue;
    std::optional<std::string> value = variables.variable(part.key);
    if (!value) value = part.fallback;
    // A value is text, never a pattern: one that holds the bytes of our marks must not match as a wildcard.
    if (!value || value->find_first_of(kMarks) != std::string::npos) return std::nullopt;
    if (case_ == Case::Insensitive) std::transform(value->begin(), value->end(), value->begin(), lower);
    out += *value;
  }
  return out;
}

void Pattern::choose_probe() {
  const std::string_view start = parts_.empty() ? std::string_view(text_) : std::string_view(parts_.front().literal);
  const std::string_view literal = start.substr(0, start.find_first_of(kMarks));
  const std::string known(literal.size(), '\xFF');
  front_ = Candidate::load(literal, 0);
  front_mask_ = Candidate::load(known, 0);
  second_ = Candidate::load(literal, 8);
  second_mask_ = Candidate::load(known, 8);
  if (shape_ == Shape::Glob) suffix_ = static_cast<std::uint32_t>(text_.size() - text_.find_last_of(kMarks) - 1);
}

bool Pattern::matches_text(std::string_view candidate, const VariableSource& variables) const {
  switch (shape_) {
    case Shape::Any:
      return true;
    case Shape::Exact:
      return candidate == text_;
    case Shape::Prefix:
      return candidate.starts_with(text_);
    case Shape::Glob:
      return candidate.ends_with(std::string_view(text_).substr(text_.size() - suffix_)) && glob(text_, candidate);
    case Shape::Variable:
      break;
  }
  const auto text = substitute(variables);
  return text && glob(*text, candidate);
}

bool Pattern::matches_arn(std::string_view candidate, const VariableSource& variables) const {
  if (shape_ == Shape::Any) return true;
  std::string substituted;
  if (shape_ == Shape::Variable) {
    auto text = substitute(variables);
    if (!text) return false;
    substituted = *std::move(text);
  } else {
    substituted = shape_ == Shape::Prefix ? text_ + kStar : text_;
  }
  std::string_view pattern = substituted;
  if (std::count(candidate.begin(), candidate.end(), ':') < 5) return false;  // not an ARN
  if (std::count(pattern.begin(), pattern.end(), ':') < 5) {
    return !pattern.empty() && pattern.back() == kStar && glob(pattern, candidate);  // "arn:aws:s3*"
  }
  for (int i = 0; i < 5; ++i) {
    if (!glob(take_part(pattern), take_part(candidate))) return false;
  }
  return glob(pattern, candidate);
}

std::optional<std::string> Pattern::expand(const VariableSource& variables) const {
  if (shape_ != Shape::Variable) return source_;
  auto text = substitute(variables);
  if (!text) return std::nullopt;
  std::replace(text->begin(), text->end(), kStar, '*');
  std::replace(text->begin(), text->end(), kQuestion, '?');
  return text;
}

}  // namespace orrery::auth
