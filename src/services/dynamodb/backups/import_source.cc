#include "services/dynamodb/backups/import_source.h"

#include "base/encode.h"
#include "item/codec.h"

namespace orrery::dynamodb {
namespace {

constexpr std::size_t kLongestLine = std::size_t{4} * 1024 * 1024;  // far above the largest item as text

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// {"Item": {…}}, as exports write it.
Result<item::Item> item_of_line(std::string_view line) {
  const auto document = parse_json(line);
  if (!document) return fail(validation_error("The line is no JSON document"));
  const json::value* item = find(*document, "Item");
  if (item == nullptr || !item->is_object()) return fail(validation_error("The line has no \"Item\""));
  return item::item_from_document(*item);
}

class JsonLines final : public ItemSource {
 public:
  Result<> read(std::string_view piece, const TakeParsed& take) override {
    for (;;) {
      const std::size_t end = piece.find('\n');
      rest_ += piece.substr(0, end);
      if (rest_.size() > kLongestLine) return fail(validation_error("A line is longer than any item can be"));
      if (end == std::string_view::npos) return {};
      TRY(finish(take));
      piece.remove_prefix(end + 1);
    }
  }
  Result<> finish(const TakeParsed& take) override {
    const std::string line = std::move(rest_);
    rest_.clear();
    const std::string_view text = trimmed(line);
    return text.empty() ? Result<>() : take(item_of_line(text));
  }

 private:
  std::string rest_;
};

Result<item::Value> typed(const std::string& text, item::Type type) {
  if (type == item::Type::N) return item::Value::number(TRY(item::Decimal::parse(trimmed(text))));
  if (type != item::Type::B) return item::Value::string(text);
  const auto bytes = unbase64(text);
  if (!bytes) return fail(validation_error("A binary key attribute is not in base64"));
  return item::Value::binary(*bytes);
}

class CsvRows final : public ItemSource {
 public:
  CsvRows(char delimiter, std::vector<std::string> header, std::map<std::string, item::Type> types)
      : reader_(delimiter), header_(std::move(header)), types_(std::move(types)) {}

  Result<> read(std::string_view piece, const TakeParsed& take) override {
    reader_.read(piece, [&](const CsvReader::Row& row) { taken(row, take); });
    return std::exchange(outcome_, {});
  }
  Result<> finish(const TakeParsed& take) override {
    reader_.finish([&](const CsvReader::Row& row) { taken(row, take); });
    return std::exchange(outcome_, {});
  }

 private:
  void taken(const CsvReader::Row& row, const TakeParsed& take) {
    if (!outcome_) return;
    if (header_.empty()) {
      header_ = row;
    } else {
      outcome_ = take(item_of(row));
    }
  }
  Result<item::Item> item_of(const CsvReader::Row& row) const {
    if (row.size() > header_.size()) return fail(validation_error("The row has more fields than the header"));
    item::ItemBuilder out;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto type = types_.find(header_[i]);
      out.set(header_[i], TRY(typed(row[i], type == types_.end() ? item::Type::S : type->second)));
    }
    return out.build();
  }

  CsvReader reader_;
  std::vector<std::string> header_;
  std::map<std::string, item::Type> types_;
  Result<> outcome_;
};

}  // namespace

std::unique_ptr<ItemSource> json_lines() { return std::make_unique<JsonLines>(); }

std::unique_ptr<ItemSource> csv_rows(char delimiter, std::vector<std::string> header,
                                     std::map<std::string, item::Type> types) {
  return std::make_unique<CsvRows>(delimiter, std::move(header), std::move(types));
}

std::map<std::string, item::Type> key_types(const Table& table) {
  std::map<std::string, item::Type> types;
  const auto add = [&](const item::KeySchema& keys) {
    types[keys.partition.name] = keys.partition.type;
    if (keys.sort) types[keys.sort->name] = keys.sort->type;
  };
  add(table.keys);
  for (const Index& index : table.indexes) add(index.keys);
  return types;
}

}  // namespace orrery::dynamodb
