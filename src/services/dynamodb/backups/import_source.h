// The items in an import's objects: lines of DynamoDB JSON, or rows of CSV (developerguide/S3DataImport.Format.html).
#pragma once

#include "item/value.h"
#include "services/dynamodb/backups/csv.h"
#include "services/dynamodb/tables/tables.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace orrery::dynamodb {

// Gets each item, or why there is none in a line. An error ends the reading.
using TakeParsed = std::function<Result<>(Result<item::Item>)>;

// Reads one object, as it comes by.
class ItemSource {
 public:
  virtual ~ItemSource() = default;
  virtual Result<> read(std::string_view piece, const TakeParsed& take) = 0;
  virtual Result<> finish(const TakeParsed& take) = 0;
};

std::unique_ptr<ItemSource> json_lines();
// `types`: of attributes that are no strings, those of the keys. Without `header`, the first row is the header.
std::unique_ptr<ItemSource> csv_rows(char delimiter, std::vector<std::string> header,
                                     std::map<std::string, item::Type> types);
std::map<std::string, item::Type> key_types(const Table& table);

}  // namespace orrery::dynamodb
