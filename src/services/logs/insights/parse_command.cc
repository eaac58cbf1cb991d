#include "services/logs/insights/functions.h"
#include "services/logs/insights/parser.h"

#include <algorithm>
#include <charconv>

#include <re2/re2.h>

namespace orrery::logs::insights {

// command | command | …
Result<Query> Parser::whole() {
  Query query;
  query.text = lexer_.query();
  TRY(advance());
  TRY(take_sign("|"));  // one in front is let pass, as the console writes it when lines are joined
  do {
    const Token first = token_;
    query.commands.push_back(TRY(command()));
    // "The only query command that you can use in a query after the dedup command is limit."
    const std::size_t count = query.commands.size();
    const bool after_dedup = std::any_of(query.commands.begin(), query.commands.end() - 1,
                                         [](const Command& c) { return c.kind == Command::Kind::Dedup; });
    if (after_dedup && query.commands[count - 1].kind != Command::Kind::Limit) {
      return unexpected(lexer_.query(), first);
    }
  } while (TRY(take_sign("|")));
  if (token_.kind != Token::Kind::End) return unexpected_here();
  return query;
}

Result<Command> Parser::command() {
  const Token word = token_;
  if (word.kind != Token::Kind::Word) return unexpected_here();
  static constexpr std::string_view kKnown[] = {"fields", "display", "filter", "stats",
                                                "sort",   "limit",   "parse",  "dedup"};
  const std::string lower = lower_case(word.text);
  if (std::ranges::find(kKnown, lower) == std::end(kKnown)) return unexpected_here();
  TRY(advance());
  if (lower == "fields") return fields(Command::Kind::Fields);
  if (lower == "display") return fields(Command::Kind::Display);
  if (lower == "dedup") return fields(Command::Kind::Dedup);
  if (lower == "stats") return stats();
  if (lower == "sort") return sort();
  if (lower == "limit") return limit();
  if (lower == "parse") return parse();
  Command filter;
  filter.kind = Command::Kind::Filter;
  filter.condition = TRY(expression());
  return filter;
}

// The name after `as`.
Result<std::string> Parser::name() {
  if (token_.kind != Token::Kind::Word && token_.kind != Token::Kind::Quoted) return unexpected_here();
  std::string name = token_.text;
  TRY(advance());
  return name;
}

Result<std::vector<Named>> Parser::named_list(bool aliases) {
  std::vector<Named> list;
  do {
    Named item;
    item.expression = TRY(expression());
    const Expression& made = item.expression;
    if (made.kind == Expression::Kind::Period) {
      return malformed(lexer_.query(), made.begin, made.end, "unexpected symbol found " + source(made));
    }
    item.name = made.kind == Expression::Kind::Field ? made.field : source(made);
    if (aliases && TRY(take_word("as"))) item.name = TRY(name());
    list.push_back(std::move(item));
  } while (TRY(take_sign(",")));
  return list;
}

// fields a, b as c, abs(d); display a, b > 1 as c; dedup a, b.
Result<Command> Parser::fields(Command::Kind kind) {
  Command command;
  command.kind = kind;
  command.items = TRY(named_list(kind != Command::Kind::Dedup));
  return command;
}

// stats count(*) as n, max(a) / 2 by b, bin(5m) as c
Result<Command> Parser::stats() {
  Command command;
  command.kind = Command::Kind::Stats;
  aggregates_ = &command.aggregates;
  command.items = TRY(named_list(true));
  aggregates_ = nullptr;
  for (const Named& item : command.items) {
    const auto in_item = [&](const Expression& aggregate) {
      return aggregate.begin >= item.expression.begin && aggregate.end <= item.expression.end;
    };
    if (std::ranges::none_of(command.aggregates, in_item)) {
      return malformed(lexer_.query(), item.expression.begin, item.expression.end,
                       "stats needs an aggregate function, not " + source(item.expression));
    }
  }
  if (TRY(take_word("by"))) command.by = TRY(named_list(true));
  return command;
}

Result<Command> Parser::sort() {
  Command command;
  command.kind = Command::Kind::Sort;
  do {
    Named item;
    item.expression = TRY(expression());
    command.items.push_back(std::move(item));
    const bool descending = TRY(take_word("desc"));
    if (!descending) TRY(take_word("asc"));
    command.descending.push_back(descending);
  } while (TRY(take_sign(",")));
  return command;
}

Result<Command> Parser::limit() {
  Command command;
  command.kind = Command::Kind::Limit;
  const char* const last = token_.text.data() + token_.text.size();
  const auto [stop, failed] = std::from_chars(token_.text.data(), last, command.limit);
  if (token_.kind != Token::Kind::Number || failed != std::errc() || stop != last) return unexpected_here();
  if (command.limit < 1 || command.limit > kMostRows) {
    return malformed(lexer_.query(), token_.begin, token_.end,
                     "limit must be between 1 and " + std::to_string(kMostRows) + ", not " + token_.text);
  }
  TRY(advance());
  return command;
}

// parse @message "user=*, *" as user, rest; parse @message /(?<user>\w+)/. Without a field, of @message.
Result<Command> Parser::parse() {
  Command command;
  command.kind = Command::Kind::Parse;
  command.condition.kind = Expression::Kind::Field;
  command.condition.field = "@message";
  if (token_.kind != Token::Kind::Text && !at_sign("/")) {
    if (token_.kind != Token::Kind::Word && token_.kind != Token::Kind::Quoted) return unexpected_here();
    // Not a whole expression: a slash behind it would be a division.
    command.condition = TRY(operand());
  }
  if (at_sign("/")) {
    TRY(parse_regex(command));
  } else if (token_.kind == Token::Kind::Text) {
    TRY(parse_glob(command));
  } else {
    return unexpected_here();
  }
  return command;
}

// Each '*' is a field.
Result<> Parser::parse_glob(Command& command) {
  const Token glob = token_;
  std::string pattern = "(?s)";
  std::size_t stars = 0;
  for (std::size_t at = 0; at < glob.text.size();) {
    const std::size_t star = std::min(glob.text.find('*', at), glob.text.size());
    pattern += re2::RE2::QuoteMeta(glob.text.substr(at, star - at));
    if (star == glob.text.size()) break;
    ++stars;
    at = star + 1;
    // As little as possible, but the last one of a pattern takes all that is left.
    pattern += at == glob.text.size() ? "(.*)" : "(.*?)";
  }
  if (stars == 0) return malformed(lexer_.query(), glob.begin, glob.end, "there is no * in the pattern " + glob.text);
  TRY(advance());
  if (!TRY(take_word("as"))) return unexpected_here();
  do {
    command.names.push_back(TRY(name()));
  } while (TRY(take_sign(",")));
  if (command.names.size() != stars) {
    return malformed(lexer_.query(), glob.begin, glob.end,
                     "the pattern has " + std::to_string(stars) + " * and not " + std::to_string(command.names.size()));
  }
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  auto compiled = std::make_shared<const re2::RE2>(pattern, options);
  if (!compiled->ok()) return malformed(lexer_.query(), glob.begin, glob.end, "the pattern is too long");
  command.regex = std::move(compiled);
  return {};
}

// Named groups are fields.
Result<> Parser::parse_regex(Command& command) {
  const Token slash = token_;
  command.regex = TRY(regex());
  const auto& groups = command.regex->CapturingGroupNames();
  for (int i = 1; i <= command.regex->NumberOfCapturingGroups(); ++i) {
    const auto named = groups.find(i);
    command.names.push_back(named == groups.end() ? "" : named->second);
  }
  if (groups.empty()) {
    return malformed(lexer_.query(), slash.begin, previous_end_,
                     "the regular expression has no named group (?<name>…)");
  }
  return {};
}

Result<Query> parse_query(std::string_view text) { return Parser(text).whole(); }

}  // namespace orrery::logs::insights
