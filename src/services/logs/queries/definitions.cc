// PutQueryDefinition, DescribeQueryDefinitions, DeleteQueryDefinition.
#include "services/logs/insights/syntax.h"
#include "services/logs/operations.h"
#include "services/logs/queries/operations.h"
#include "services/logs/queries/records.h"
#include "services/record.h"

namespace orrery::logs {
namespace {

constexpr std::int64_t kDefinitionsAPage = 1000;

// {{name}} stands for a value that is given when the definition is run; those who run it put it in.
std::string without_parameters(const std::string& text) {
  std::string out;
  std::size_t at = 0;
  for (auto open = text.find("{{"); open != std::string::npos; open = text.find("{{", at)) {
    const auto close = text.find("}}", open);
    if (close == std::string::npos) break;
    out.append(text, at, open - at).append("1");
    at = close + 2;
  }
  return out.append(text, at);
}

}  // namespace

Result<PutQueryDefinitionResponse> put_query_definition(Call& call, Transaction& tx,
                                                        const PutQueryDefinitionRequest& input) {
  if (input.queryLanguage && *input.queryLanguage != QueryLanguage::CWLI) {
    return fail(errors::InvalidParameterException("Orrery speaks the Logs Insights query language (CWLI) only, not " +
                                                  *input.queryLanguage + "."));
  }
  const auto good = insights::parse_query(without_parameters(input.queryString));
  if (!good) return fail(errors::InvalidParameterException(good.error().message));
  const std::string id = input.queryDefinitionId.value_or(call.random->uuid());
  const std::string key = definition_key(call.account, call.region, id);
  if (input.queryDefinitionId && !TRY(tx.get(key))) {
    return fail(errors::ResourceNotFoundException("The specified query definition does not exist."));
  }
  QueryDefinition definition;
  definition.queryLanguage = QueryLanguage::CWLI;
  definition.queryDefinitionId = id;
  definition.name = input.name;
  definition.queryString = input.queryString;
  definition.lastModified = epoch_ms(call.now);
  definition.logGroupNames = input.logGroupNames.value_or(std::vector<std::string>());
  definition.parameters = input.parameters;
  TRY(put_shape(tx, key, definition));
  return PutQueryDefinitionResponse{id};
}

Result<DescribeQueryDefinitionsResponse> describe_query_definitions(Call& call, Reader& reader,
                                                                    const DescribeQueryDefinitionsRequest& input) {
  DescribeQueryDefinitionsResponse output;
  auto& definitions = output.queryDefinitions.emplace();
  const bool spoken = !input.queryLanguage || *input.queryLanguage == QueryLanguage::CWLI;
  if (!spoken) return output;
  output.nextToken = TRY(scan_page(reader, prefix_range(definitions_prefix(call.account, call.region)),
                                   {input.nextToken, input.maxResults.value_or(kDefinitionsAPage)},
                                   [&](Cursor& cursor) -> Result<bool> {
                                     auto definition = TRY(decode_shape<QueryDefinition>(cursor.value()));
                                     const std::string prefix = input.queryDefinitionNamePrefix.value_or("");
                                     if (!definition.name.value_or("").starts_with(prefix)) return false;
                                     definitions.push_back(std::move(definition));
                                     return true;
                                   }));
  return output;
}

Result<DeleteQueryDefinitionResponse> delete_query_definition(Call& call, Transaction& tx,
                                                              const DeleteQueryDefinitionRequest& input) {
  const std::string key = definition_key(call.account, call.region, input.queryDefinitionId);
  if (!TRY(tx.get(key))) {
    return fail(errors::ResourceNotFoundException("The specified query definition does not exist."));
  }
  TRY(tx.erase(key));
  return DeleteQueryDefinitionResponse{true};
}

}  // namespace orrery::logs
