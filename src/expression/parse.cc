#include "expression/parse.h"

#include "expression/message.h"
#include "expression/parser.h"

#include <string>
#include <unordered_map>
#include <utility>

namespace orrery::expression {
namespace {

// Programs use few expressions, each many times. A full cache starts anew. A tree takes some 20 times its text.
constexpr std::size_t kMaxRememberedBytes = std::size_t{128} * 1024;  // of text, for each role

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
struct Cache {
  std::unordered_map<std::string, std::shared_ptr<const Ast>, Hash, std::equal_to<>> trees;
  std::size_t bytes = 0;
};

}  // namespace

Result<Ast> parse(Role role, std::string_view text) {
  if (text.empty()) return invalid(role, "The expression can not be empty;");
  if (text.size() > kMaxExpressionBytes) {
    return invalid(
        role, "Expression size has exceeded the maximum allowed size; expression size: " + std::to_string(text.size()));
  }
  return internal::Parser(role, text).run();
}

Result<std::shared_ptr<const Ast>> parse_cached(Role role, std::string_view text) {
  thread_local Cache caches[6];
  Cache& cache = caches[static_cast<std::size_t>(role)];
  const auto found = cache.trees.find(text);
  if (found != cache.trees.end()) return found->second;
  auto ast = std::make_shared<const Ast>(TRY(parse(role, text)));
  if (cache.bytes + text.size() > kMaxRememberedBytes) cache = {};
  cache.trees.emplace(text, ast);
  cache.bytes += text.size();
  return std::shared_ptr<const Ast>(std::move(ast));
}

}  // namespace orrery::expression
