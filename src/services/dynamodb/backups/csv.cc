#include "services/dynamodb/backups/csv.h"

namespace orrery::dynamodb {

void CsvReader::read(std::string_view piece, const std::function<void(const Row&)>& give) {
  for (const char c : piece) take(c, give);
}

void CsvReader::finish(const std::function<void(const Row&)>& give) { end_row(give); }

void CsvReader::take(char c, const std::function<void(const Row&)>& give) {
  if (state_ == State::Quoted) {
    if (c == '"') {
      state_ = State::QuoteInQuoted;
    } else {
      field_ += c;
    }
    return;
  }
  if (state_ == State::QuoteInQuoted && c == '"') {  // a doubled one
    field_ += c;
    state_ = State::Quoted;
    return;
  }
  if (c == delimiter_) {
    row_.push_back(std::move(field_));
    field_.clear();
    state_ = State::FieldStart;
  } else if (c == '\n') {
    end_row(give);
  } else if (c == '"' && state_ == State::FieldStart) {
    state_ = State::Quoted;
  } else {
    field_ += c;
    state_ = State::Plain;
  }
}

void CsvReader::end_row(const std::function<void(const Row&)>& give) {
  if (field_.ends_with('\r')) field_.pop_back();
  const bool empty = row_.empty() && field_.empty();
  row_.push_back(std::move(field_));
  field_.clear();
  state_ = State::FieldStart;
  if (!empty) give(row_);
  row_.clear();
}

}  // namespace orrery::dynamodb
