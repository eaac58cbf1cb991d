// SELECT.
#pragma once

#include "services/dynamodb/partiql/bound.h"

namespace orrery::dynamodb::partiql {

struct SelectOptions {
  bool consistent = false;
  std::optional<std::int64_t> limit;  // of what is read
  const std::optional<std::string>* next_token = nullptr;
};

struct Selected {
  Page page;
  std::optional<std::string> next_token;
};

// Errors: ValidationException.
Result<Selected> select(Reader& reader, const Call& call, const Bound& bound, const Source& source,
                        const SelectOptions& options);

// Of a batch or transaction: the one item that it names. `operation`: for the message when it does not name one.
struct Found {
  std::optional<item::Item> item;
  std::size_t bytes = 0;  // read
};
// The store's key. Errors: ValidationException.
Result<std::string> single_key(const Bound& bound, const Source& source, std::string_view operation);
Result<Found> read_single(Reader& reader, const Bound& bound, const std::string& key);

}  // namespace orrery::dynamodb::partiql
