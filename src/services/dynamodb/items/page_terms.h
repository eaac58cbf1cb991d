// What the parameters of a Query or Scan say, before and after the table is known: keys, filter, projection, Select.
#pragma once

#include "expression/legacy.h"
#include "services/dynamodb/access.h"
#include "services/dynamodb/items/page.h"

namespace orrery::dynamodb {

// Looks at the request, which outlives it.
struct ReadTerms {
  expression::Condition filter;
  std::vector<expression::legacy::Comparison> legacy_filter;
  std::optional<expression::Projection> projection;
  std::optional<expression::KeyTerms> key;  // of a Query

  // The attributes that the request names, each at least once.
  std::vector<std::string_view> attributes() const;
};

// Every check that needs no table. Errors: ValidationException.
Result<ReadTerms> terms_of(const QueryInput& input);
Result<ReadTerms> terms_of(const ScanInput& input);

// What is returned of the source's entries.
struct Selection {
  bool counting = false;
  bool fetch = false;  // entries lack what is asked for
};
// Errors (ValidationException): a global index does not hold what is asked for.
Result<Selection> selection_of(const Source& source, const std::optional<std::string>& select, const ReadTerms& terms);
// Of the names, those that the source's entries do not hold: "[a, b]"; empty: none.
std::string missing_attributes(const Source& source, const std::vector<std::string_view>& names);
// No path of the filter or projection leads into a key attribute, of the table or the index. ValidationException.
Result<> check_key_paths(const Source& source, const ReadTerms& terms);
// "Secondary index by-date does not project one or more filter attributes: [a]", of a filter beside a key condition.
Result<> check_filter_projected(const Source& source, const expression::Condition& filter);

// The Select that the parameters amount to, for policies.
std::string_view effective_select(const std::optional<std::string>& select, bool projects, bool of_index);
// What a Query or Scan of these parameters wants to do (dynamodb:Attributes, dynamodb:LeadingKeys, dynamodb:Select).
Result<std::vector<Access>> read_access(const Call& call, Reader& reader, const QueryInput& input);
Result<std::vector<Access>> read_access(const Call& call, Reader& reader, const ScanInput& input);
// "table/T/index/I".
std::string index_arn(std::string table_arn, const std::optional<std::string>& index);

}  // namespace orrery::dynamodb
