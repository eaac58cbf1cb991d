// Texts with wildcards (* any run, ? any one character) and policy variables (${aws:username}, ${key, 'default'}, ${*},
// ${?},
// ${$}), compiled once (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::auth {

// Gives the value of a policy variable; nullopt when the request has none (or several: a variable needs a single
// value).
class VariableSource {
 public:
  virtual ~VariableSource() = default;
  virtual std::optional<std::string> variable(std::string_view key) const = 0;
};

enum class Case : unsigned char { Sensitive, Insensitive };
enum class Wildcards : unsigned char { On, Off };
enum class Variables : unsigned char { On, Off };

// A text to be matched against many patterns, with its first 16 bytes at hand: most patterns are ruled out by those.
struct Candidate {
  explicit Candidate(std::string_view all) : text(all), front(load(all, 0)), second(load(all, 8)) {}

  static std::uint64_t load(std::string_view text, std::size_t from) {
    std::uint64_t out = 0;
    if (text.size() > from) std::memcpy(&out, text.data() + from, std::min<std::size_t>(8, text.size() - from));
    return out;
  }

  std::string_view text;
  std::uint64_t front, second;
};

class Pattern {
 public:
  // nullopt for texts that no policy may hold (control characters, an unclosed "${").
  static std::optional<Pattern> compile(std::string_view text, Case sensitivity, Wildcards wildcards,
                                        Variables variables);

  // For Case::Insensitive the candidate must already be lower case. A pattern whose variable has no value matches
  // nothing, as documented. Allocates only for patterns with variables.
  bool matches(const Candidate& candidate, const VariableSource& variables) const {
    const std::uint64_t differs =
        ((candidate.front ^ front_) & front_mask_) | ((candidate.second ^ second_) & second_mask_);
    return differs == 0 && matches_text(candidate.text, variables);
  }
  bool matches(std::string_view candidate, const VariableSource& variables) const {
    return matches_text(candidate, variables);
  }
  // The same for ARNs in conditions: each of the six colon-delimited parts is compared by itself, so that a wildcard
  // does not reach into the next part (the last one may hold colons).
  bool matches_arn(std::string_view candidate, const VariableSource& variables) const;
  // The pattern with its variables put in (wildcards as they were written); nullopt when one has no value.
  std::optional<std::string> expand(const VariableSource& variables) const;

  bool has_variables() const { return !parts_.empty(); }
  const std::string& source() const { return source_; }

 private:
  enum class Shape : unsigned char { Any, Exact, Prefix, Glob, Variable };
  struct Part {
    std::string literal;  // precedes the variable
    std::string key;      // empty: there is no variable after this literal
    std::optional<std::string> fallback;
  };

  // text_ with the values in place of the variables, still compiled; nullopt when one has no value.
  std::optional<std::string> substitute(const VariableSource& variables) const;
  bool add_variable(std::string_view inner);
  void choose_shape();
  void choose_probe();
  bool matches_text(std::string_view candidate, const VariableSource& variables) const;

  // The literal bytes 0-7 and 8-15 that every match begins with, and which of them are known.
  std::uint64_t front_ = 0, front_mask_ = 0, second_ = 0, second_mask_ = 0;
  std::uint32_t suffix_ = 0;  // Shape::Glob: how many bytes follow the last wildcard
  Shape shape_ = Shape::Exact;
  Case case_ = Case::Sensitive;
  std::string source_;       // as in the policy
  std::string text_;         // compiled: wildcards as marks that no text contains
  std::vector<Part> parts_;  // Shape::Variable only
};

// Whether `text` matches the compiled marks of a pattern; linear but for the usual backtracking to the last star.
bool glob(std::string_view pattern, std::string_view text);

}  // namespace orrery::auth
