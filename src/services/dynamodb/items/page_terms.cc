#include "services/dynamodb/items/page_terms.h"

#include "base/encode.h"
#include "expression/key_paths.h"
#include "expression/placeholders.h"

namespace orrery::dynamodb {
namespace {

using expression::Placeholders;
using expression::Role;
namespace legacy = expression::legacy;

std::vector<legacy::Comparison> comparisons_of(const std::optional<std::map<std::string, Condition>>& conditions) {
  std::vector<legacy::Comparison> out;
  if (!conditions) return out;
  for (const auto& [attribute, condition] : *conditions) {
    const auto& values = condition.AttributeValueList;
    out.push_back({attribute, condition.ComparisonOperator, values ? &*values : nullptr});
  }
  return out;
}

template <class Input>
Result<> check_select(const Input& input) {
  const bool projects = input.ProjectionExpression || input.AttributesToGet;
  if (input.Select == Select::ALL_PROJECTED_ATTRIBUTES && !input.IndexName) {
    return fail(validation_error("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"));
  }
  if (input.Select == Select::SPECIFIC_ATTRIBUTES && !projects) {
    return fail(validation_error(
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"));
  }
  if (input.Select && input.Select != Select::SPECIFIC_ATTRIBUTES && projects) {
    return fail(validation_error(std::string("Cannot specify the ") +
                                 (input.ProjectionExpression ? "ProjectionExpression" : "AttributesToGet") +
                                 " when choosing to get " + *input.Select));
  }
  return {};
}

// The filter and the projection, in either form; a Query's key condition comes before them in the order of the
// service's checks, hence `bind_key`.
template <class Input, class BindKey>
Result<ReadTerms> bind_terms(const Input& input, const std::vector<legacy::Comparison>& filter,
                             Placeholders& placeholders, BindKey bind_key) {
  ReadTerms terms;
  terms.legacy_filter = filter;
  if (input.AttributesToGet) {
    TRY(legacy::check_attributes_to_get(*input.AttributesToGet));
    terms.projection = expression::Projection::of_attributes(*input.AttributesToGet);
  }
  if (!filter.empty() || input.ConditionalOperator) {
    terms.filter = TRY(legacy::filter(filter, input.ConditionalOperator));
  }
  TRY(check_select(input));
  const expression::Condition key = TRY(bind_key(placeholders));
  if (input.FilterExpression) {
    terms.filter = TRY(expression::Condition::bind(Role::Filter, *input.FilterExpression, placeholders));
  }
  if (input.ProjectionExpression) {
    terms.projection = TRY(expression::Projection::bind(*input.ProjectionExpression, placeholders));
  }
  TRY(placeholders.check_used());
  if (!key.always()) terms.key = TRY(expression::KeyTerms::of(key));
  return terms;
}

std::string text_of(item::ValueView key) {
  if (key.type() == item::Type::S) return std::string(key.string());
  if (key.type() == item::Type::N) return std::string(key.number_text());
  return base64(key.binary());
}

template <class Input>
void describe(ItemAccess& access, const Input& input, const ReadTerms& terms) {
  access.add_attributes(terms.attributes());
  const bool projects = terms.projection.has_value();
  access.set("dynamodb:Select", effective_select(input.Select, projects, input.IndexName.has_value()));
  access.set("dynamodb:ReturnConsumedCapacity",
             input.ReturnConsumedCapacity.value_or(std::string(ReturnConsumedCapacity::NONE)));
}

// The values that the partition key of the source is compared with. Nothing is said of what is wrong: that is the
// operation's to refuse.
Result<> add_leading_keys(const Call& call, Reader& reader, const QueryInput& input, const ReadTerms& terms,
                          ItemAccess& access) {
  if (!terms.key) return {};
  const auto name = parse_table_name(call, input.TableName);
  if (!name) return {};
  const auto table = TRY(find_table(reader, *name));
  if (table == nullptr) return {};
  const auto source = source_of(table, input.IndexName, false);
  if (!source) return {};
  for (const auto& term : terms.key->terms) {
    if (term.attribute == source->keys().partition.name) {
      access.set("dynamodb:LeadingKeys", text_of(term.condition.value));
    }
  }
  return {};
}

std::vector<Access> taken(ItemAccess&& access, const std::optional<std::string>& index) {
  Access one = std::move(access).take();
  one.resource = index_arn(std::move(one.resource), index);
  return {std::move(one)};
}

}  // namespace

std::vector<std::string_view> ReadTerms::attributes() const {
  std::vector<std::string_view> names = filter.attributes();
  if (key) {
    for (const auto& term : key->terms) names.push_back(term.attribute);
  }
  if (projection) {
    for (const std::string_view name : projection->attributes()) names.push_back(name);
  }
  return names;
}

Result<ReadTerms> terms_of(const QueryInput& input) {
  TRY(legacy::check_not_mixed({{"AttributesToGet", input.AttributesToGet.has_value()},
                               {"QueryFilter", input.QueryFilter.has_value()},
                               {"ConditionalOperator", input.ConditionalOperator.has_value()},
                               {"KeyConditions", input.KeyConditions.has_value()}},
                              {{"ProjectionExpression", input.ProjectionExpression.has_value()},
                               {"FilterExpression", input.FilterExpression.has_value()},
                               {"KeyConditionExpression", input.KeyConditionExpression.has_value()}}));
  Placeholders placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
  TRY(placeholders.check({{"FilterExpression", input.FilterExpression.has_value()},
                          {"ProjectionExpression", input.ProjectionExpression.has_value(), false},
                          {"KeyConditionExpression", input.KeyConditionExpression.has_value()}}));
  const auto bind_key = [&](Placeholders& bound) -> Result<expression::Condition> {
    if (input.KeyConditionExpression) {
      return expression::Condition::bind(Role::KeyCondition, *input.KeyConditionExpression, bound);
    }
    if (input.KeyConditions) return expression::Condition();
    return fail(validation_error(
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."));
  };
  ReadTerms terms = TRY(bind_terms(input, comparisons_of(input.QueryFilter), placeholders, bind_key));
  if (input.KeyConditions) terms.key = TRY(legacy::key_conditions(comparisons_of(input.KeyConditions)));
  return terms;
}

Result<ReadTerms> terms_of(const ScanInput& input) {
  TRY(legacy::check_not_mixed({{"AttributesToGet", input.AttributesToGet.has_value()},
                               {"ScanFilter", input.ScanFilter.has_value()},
                               {"ConditionalOperator", input.ConditionalOperator.has_value()}},
                              {{"ProjectionExpression", input.ProjectionExpression.has_value()},
                               {"FilterExpression", input.FilterExpression.has_value()}}));
  Placeholders placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
  TRY(placeholders.check({{"FilterExpression", input.FilterExpression.has_value()},
                          {"ProjectionExpression", input.ProjectionExpression.has_value(), false}}));
  const auto no_key = [](Placeholders&) -> Result<expression::Condition> { return expression::Condition(); };
  return bind_terms(input, comparisons_of(input.ScanFilter), placeholders, no_key);
}

std::string missing_attributes(const Source& source, const std::vector<std::string_view>& names) {
  std::string out;
  for (const std::string_view name : names) {
    if (!source.holds(name)) out.append(out.empty() ? "[" : ", ").append(name);
  }
  return out.empty() ? out : out + ']';
}

Result<Selection> selection_of(const Source& source, const std::optional<std::string>& select, const ReadTerms& terms) {
  Selection selection;
  selection.counting = select == Select::COUNT;
  if (source.index == nullptr || source.index->projects_all) return selection;
  if (select == Select::ALL_ATTRIBUTES) {
    selection.fetch = true;
    if (!source.is_global()) return selection;
    return fail(validation_error(
        "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary "
        "index " +
        source.index->name + " because its projection type is not ALL"));
  }
  const std::string missing =
      terms.projection ? missing_attributes(source, terms.projection->attributes()) : std::string();
  if (missing.empty()) return selection;
  selection.fetch = true;
  if (!source.is_global()) return selection;
  return fail(validation_error("One or more parameter values were invalid: Global secondary index " +
                               source.index->name + " does not project " + missing));
}

Result<> check_key_paths(const Source& source, const ReadTerms& terms) {
  auto nested = terms.filter.nested_attributes();
  if (terms.projection) {
    const auto projected = terms.projection->nested_attributes();
    nested.insert(nested.end(), projected.begin(), projected.end());
  }
  TRY(expression::check_scalar_keys(nested, source.table->keys, expression::KeyOf::Table));
  if (source.index == nullptr) return {};
  return expression::check_scalar_keys(nested, source.index->keys, expression::KeyOf::Index);
}

Result<> check_filter_projected(const Source& source, const expression::Condition& filter) {
  const std::string missing = missing_attributes(source, filter.attributes());
  if (missing.empty()) return {};
  return fail(validation_error("One or more parameter values were invalid: Secondary index " + source.index->name +
                               " does not project one or more filter attributes: " + missing));
}

std::string_view effective_select(const std::optional<std::string>& select, bool projects, bool of_index) {
  if (select) return *select;
  if (projects) return Select::SPECIFIC_ATTRIBUTES;
  return of_index ? Select::ALL_PROJECTED_ATTRIBUTES : Select::ALL_ATTRIBUTES;
}

std::string index_arn(std::string table_arn, const std::optional<std::string>& index) {
  if (index) table_arn.append("/index/").append(*index);
  return table_arn;
}

Result<std::vector<Access>> read_access(const Call& call, Reader& reader, const QueryInput& input) {
  ItemAccess access(call, reader, input.TableName);
  if (access.matters()) {
    const auto terms = terms_of(input);
    if (terms) {
      describe(access, input, *terms);
      TRY(add_leading_keys(call, reader, input, *terms, access));
    }
  }
  return taken(std::move(access), input.IndexName);
}

// A scan has no leading keys: it reads them all.
Result<std::vector<Access>> read_access(const Call& call, Reader& reader, const ScanInput& input) {
  ItemAccess access(call, reader, input.TableName);
  if (access.matters()) {
    const auto terms = terms_of(input);
    if (terms) describe(access, input, *terms);
  }
  return taken(std::move(access), input.IndexName);
}

}  // namespace orrery::dynamodb
