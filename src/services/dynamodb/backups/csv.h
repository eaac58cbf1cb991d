// Comma-separated values (RFC 4180) as they come by, in pieces: fields may be quoted, and then hold delimiters, line
// breaks and doubled quotes.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::dynamodb {

class CsvReader {
 public:
  explicit CsvReader(char delimiter) : delimiter_(delimiter) {}

  using Row = std::vector<std::string>;
  // Gives each row that ends within the piece. Rows end with LF or CRLF; empty lines are none.
  void read(std::string_view piece, const std::function<void(const Row&)>& give);
  // The last row, when no line break ends it.
  void finish(const std::function<void(const Row&)>& give);

 private:
  enum class State : unsigned char { FieldStart, Plain, Quoted, QuoteInQuoted };
  void take(char c, const std::function<void(const Row&)>& give);
  void end_row(const std::function<void(const Row&)>& give);

  char delimiter_;
  State state_ = State::FieldStart;
  std::string field_;
  Row row_;
};

}  // namespace orrery::dynamodb
