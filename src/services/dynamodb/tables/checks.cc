#include "services/dynamodb/tables/checks.h"

#include <algorithm>
#include <utility>

namespace orrery::dynamodb {
namespace {

// "[a, b]"
template <class List>
std::string names_of(const List& list) {
  std::string out = "[";
  for (const auto& element : list) {
    if (out.size() > 1) out += ", ";
    out += element.AttributeName;
  }
  return out + "]";
}

bool all_defined(const Keys& keys, const Definitions& definitions) {
  return std::ranges::all_of(keys, [&](const auto& key) { return is_defined(definitions, key.AttributeName); });
}

Error undefined(const Keys& keys, const Definitions& definitions) {
  return invalid_value("Some index key attributes are not defined in AttributeDefinitions. Keys: " + names_of(keys) +
                       ", AttributeDefinitions: " + names_of(definitions));
}

Error too_long(const std::string& where) {
  return validation_error("1 validation error detected: Value at '" + where +
                          "' failed to satisfy constraint: Member must have length less than or equal to 2");
}

// One hash key, perhaps a range key after it, and not the same attribute twice.
Result<> check_shape(const Keys& keys) {
  if (keys.size() == 2 && keys[0].AttributeName == keys[1].AttributeName) {
    return fail(validation_error("Both the Hash Key and the Range Key element in the KeySchema have the same name"));
  }
  if (keys[0].KeyType != KeyType::HASH) {
    return fail(validation_error("Invalid KeySchema: The first KeySchemaElement is not a HASH key type"));
  }
  if (keys.size() == 2 && keys[1].KeyType != KeyType::RANGE) {
    return fail(validation_error("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"));
  }
  return {};
}

Result<> check_table_keys(const Keys& keys, const Definitions& definitions) {
  if (keys.size() > 2) return fail(too_long("keySchema"));
  for (const AttributeDefinition& one : definitions) {
    const auto same = [&](const AttributeDefinition& other) { return other.AttributeName == one.AttributeName; };
    if (std::ranges::count_if(definitions, same) > 1) {
      return fail(validation_error("Attribute Name is duplicated: " + one.AttributeName));
    }
  }
  const bool doubled = keys.size() == 2 && keys[0].AttributeName == keys[1].AttributeName && definitions.size() == 1;
  if (keys.size() == 2 && (doubled || !all_defined(keys, definitions))) {
    return fail(validation_error("Invalid KeySchema: Some index key attribute have no definition"));
  }
  if (!all_defined(keys, definitions)) return fail(undefined(keys, definitions));
  return check_shape(keys);
}

// Each attribute that is defined is a key of something.
Result<> check_all_used(const CreateTableInput& input) {
  Keys used;
  const auto use = [&](const Keys& keys) {
    for (const KeySchemaElement& key : keys) {
      const auto same = [&](const KeySchemaElement& other) { return other.AttributeName == key.AttributeName; };
      if (std::ranges::none_of(used, same)) used.push_back(key);
    }
  };
  use(*input.KeySchema);
  if (input.LocalSecondaryIndexes) {
    for (const auto& index : *input.LocalSecondaryIndexes) use(index.KeySchema);
  }
  if (input.GlobalSecondaryIndexes) {
    for (const auto& index : *input.GlobalSecondaryIndexes) use(index.KeySchema);
  }
  if (used.size() == input.AttributeDefinitions->size()) return {};
  if (!input.LocalSecondaryIndexes && !input.GlobalSecondaryIndexes) {
    return fail(
        invalid_value("Number of attributes in KeySchema does not exactly match number of attributes defined in "
                      "AttributeDefinitions"));
  }
  return fail(invalid_value("Some AttributeDefinitions are not used. AttributeDefinitions: " +
                            names_of(*input.AttributeDefinitions) + ", keys used: " + names_of(used)));
}

using Names = std::set<std::string, std::less<>>;

Result<> check_name(const std::string& name, Names& taken) {
  if (taken.insert(name).second) return {};
  return fail(invalid_value("Duplicate index name: " + name));
}

Result<> check_local(const CreateTableInput& input, Names& taken) {
  if (!input.LocalSecondaryIndexes) return {};
  if (input.LocalSecondaryIndexes->empty()) return fail(invalid_value("List of LocalSecondaryIndexes is empty"));
  if (input.KeySchema->size() < 2) {
    return fail(
        invalid_value("Table KeySchema does not have a range key, which is required when specifying a "
                      "LocalSecondaryIndex"));
  }
  const std::string& hash = input.KeySchema->front().AttributeName;
  for (const LocalSecondaryIndex& index : *input.LocalSecondaryIndexes) {
    if (index.KeySchema.size() < 2) {
      return fail(invalid_value("Index KeySchema does not have a range key for index: " + index.IndexName));
    }
    if (index.KeySchema.front().AttributeName != hash) {
      return fail(invalid_value(
          "Index KeySchema does not have the same leading hash key as table KeySchema for index: " + index.IndexName +
          ". index hash key: " + index.KeySchema.front().AttributeName + ", table hash key: " + hash));
    }
    TRY(check_projection(index.Projection));
    TRY(check_name(index.IndexName, taken));
  }
  if (input.LocalSecondaryIndexes->size() <= kMostLocalIndexes) return {};
  return fail(
      invalid_value("Number of LocalSecondaryIndexes exceeds per-table limit of " + std::to_string(kMostLocalIndexes)));
}

Result<> check_global(const CreateTableInput& input, std::string_view region, Names& taken) {
  if (!input.GlobalSecondaryIndexes) return {};
  if (input.GlobalSecondaryIndexes->empty()) return fail(invalid_value("List of GlobalSecondaryIndexes is empty"));
  const bool on_demand = input.BillingMode == BillingMode::PAY_PER_REQUEST;
  for (const GlobalSecondaryIndex& index : *input.GlobalSecondaryIndexes) {
    TRY(check_projection(index.Projection));
    TRY(check_name(index.IndexName, taken));
    if (on_demand && index.ProvisionedThroughput) {
      return fail(invalid_value("ProvisionedThroughput should not be specified for index: " + index.IndexName +
                                " when BillingMode is PAY_PER_REQUEST"));
    }
    if (!on_demand && !index.ProvisionedThroughput) {
      return fail(invalid_value("ProvisionedThroughput is not specified for index: " + index.IndexName));
    }
    if (index.ProvisionedThroughput) TRY(check_capacity(*index.ProvisionedThroughput, index.IndexName, region));
    if (index.OnDemandThroughput) TRY(check_on_demand(*index.OnDemandThroughput, on_demand, index.IndexName));
    if (index.WarmThroughput) TRY(check_warm(*index.WarmThroughput, index.ProvisionedThroughput, index.IndexName));
  }
  if (input.GlobalSecondaryIndexes->size() <= kMostGlobalIndexes) return {};
  return fail(
      invalid_value("GlobalSecondaryIndex count exceeds the per-table limit of " + std::to_string(kMostGlobalIndexes)));
}

// The keys of all indexes: checked before anything else of them.
Result<> check_schemas(const CreateTableInput& input) {
  std::size_t position = 0;
  if (input.LocalSecondaryIndexes) {
    for (const auto& index : *input.LocalSecondaryIndexes) {
      ++position;
      if (index.KeySchema.size() > 2) {
        return fail(too_long("localSecondaryIndexes." + std::to_string(position) + ".member.keySchema"));
      }
      TRY(check_index_schema(index.KeySchema, *input.AttributeDefinitions));
    }
  }
  if (input.GlobalSecondaryIndexes) {
    for (const auto& index : *input.GlobalSecondaryIndexes) {
      TRY(check_index_schema(index.KeySchema, *input.AttributeDefinitions));
    }
  }
  return {};
}

// The model no longer says that both are required (a replica of a global table has neither); the service does.
Result<> check_present(const CreateTableInput& input) {
  std::vector<std::string> missing;
  if (!input.AttributeDefinitions) missing.emplace_back("attributeDefinitions");
  if (!input.KeySchema) missing.emplace_back("keySchema");
  if (missing.empty()) return {};
  std::string message =
      std::to_string(missing.size()) + (missing.size() == 1 ? " validation error" : " validation errors") + " detected";
  for (const std::string& name : missing) {
    message += (&name == missing.data() ? ": " : "; ");
    message += "Value null at '" + name + "' failed to satisfy constraint: Member must not be null";
  }
  return fail(validation_error(std::move(message)));
}

Result<> check_table_throughput(const CreateTableInput& input, std::string_view region) {
  const bool on_demand = input.BillingMode == BillingMode::PAY_PER_REQUEST;
  if (on_demand && input.ProvisionedThroughput) {
    return fail(
        invalid_value("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
                      "PAY_PER_REQUEST"));
  }
  if (!on_demand && !input.ProvisionedThroughput) {
    return fail(
        invalid_value("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
                      "PROVISIONED"));
  }
  if (input.ProvisionedThroughput) TRY(check_capacity(*input.ProvisionedThroughput, "", region));
  if (input.OnDemandThroughput) TRY(check_on_demand(*input.OnDemandThroughput, on_demand, ""));
  if (input.WarmThroughput) TRY(check_warm(*input.WarmThroughput, input.ProvisionedThroughput, ""));
  return {};
}

}  // namespace

bool is_defined(const Definitions& definitions, std::string_view name) {
  return std::ranges::any_of(definitions, [&](const auto& one) { return one.AttributeName == name; });
}

Result<> check_index_schema(const Keys& keys, const Definitions& definitions) {
  const auto hashes = std::ranges::count_if(keys, [](const auto& key) { return key.KeyType == KeyType::HASH; });
  if (keys.size() > 2 || hashes > 1) {
    return fail(api_error("NotImplemented",
                          "Orrery does not implement keys of several attributes (more than one HASH or RANGE element "
                          "in the KeySchema of a global secondary index) of dynamodb.",
                          501));
  }
  if (!all_defined(keys, definitions)) return fail(undefined(keys, definitions));
  return check_shape(keys);
}

Result<> check_projection(const Projection& projection) {
  if (!projection.ProjectionType) return fail(invalid_value("Unknown ProjectionType: null"));
  const std::string& type = *projection.ProjectionType;
  const bool includes = type == ProjectionType::INCLUDE;
  if (projection.NonKeyAttributes && !includes) {
    return fail(invalid_value("ProjectionType is " + type + ", but NonKeyAttributes is specified"));
  }
  if (!projection.NonKeyAttributes && includes) {
    return fail(invalid_value("ProjectionType is INCLUDE, but NonKeyAttributes is not specified"));
  }
  if (!includes) return {};
  Names seen;
  for (const std::string& name : *projection.NonKeyAttributes) {
    if (!seen.insert(name).second) return fail(invalid_value("Duplicate element in NonKeyAttributes: " + name));
  }
  return {};
}

std::size_t projected_count(const TableDescription& description) {
  std::size_t count = 0;
  const auto add = [&](const auto& indexes) {
    if (!indexes) return;
    for (const auto& index : *indexes) {
      if (index.Projection->NonKeyAttributes) count += index.Projection->NonKeyAttributes->size();
    }
  };
  add(description.GlobalSecondaryIndexes);
  add(description.LocalSecondaryIndexes);
  return count;
}

Result<> check_projected_count(std::size_t count) {
  if (count <= kMostProjected) return {};
  return fail(invalid_value("Number of NonKeyAttributes over all secondary indexes exceeds the per-table limit of " +
                            std::to_string(kMostProjected)));
}

Result<> check_definition(const CreateTableInput& input, std::string_view region) {
  TRY(check_present(input));
  TRY(check_table_throughput(input, region));
  TRY(check_table_keys(*input.KeySchema, *input.AttributeDefinitions));
  TRY(check_schemas(input));
  TRY(check_all_used(input));
  Names taken;
  TRY(check_local(input, taken));
  return check_global(input, region, taken);
}

}  // namespace orrery::dynamodb
