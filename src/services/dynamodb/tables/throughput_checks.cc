// What the service demands of capacity in its several forms.
#include "services/dynamodb/tables/checks.h"
#include "services/dynamodb/tables/limits.h"

namespace orrery::dynamodb {
namespace {

constexpr std::int64_t kMostUnits = 1'000'000'000'000;

Result<> check_units(std::int64_t units, const std::string& name, std::string_view index, std::string_view region) {
  if (units > kMostUnits) {
    std::string message = "Given value " + std::to_string(units) + " for " + name + " is out of bounds";
    if (!index.empty()) message += " for index " + std::string(index);
    return fail(validation_error(std::move(message)));
  }
  if (units <= kTableMaxUnits) return {};
  std::string message = "The requested " + name;
  if (!index.empty()) message += " for index " + std::string(index);
  message += ", " + std::to_string(units) + ", is above the per " + (index.empty() ? "table" : "index");
  message += " maximum for the account in " + std::string(region);
  message += ". Per table maximum: " + std::to_string(kTableMaxUnits);
  message +=
      ". Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher "
      "limits.";
  return fail(errors::LimitExceededException(std::move(message)));
}

Result<> check_maximum(std::optional<std::int64_t> units, const std::string& name, bool on_demand,
                       std::string_view index) {
  if (!units) return {};
  if (!on_demand) {
    const std::string of = index.empty() ? "" : " for index: " + std::string(index);
    return fail(invalid_value(name + " for OnDemandThroughput" + of +
                              " cannot be specified when table BillingMode is PROVISIONED."));
  }
  if (*units > 0) return {};
  const std::string of = index.empty() ? "table" : "index : " + std::string(index);
  return fail(invalid_value("Requested " + name + " for OnDemandThroughput for " + of + " is outside of valid range"));
}

Result<> check_warmth(std::optional<std::int64_t> units, const std::string& name, std::int64_t least,
                      const std::string& what, std::string_view index) {
  if (!units || *units >= least) return {};
  const std::string of = index.empty() ? "table" : "index " + std::string(index);
  return fail(invalid_value("Requested " + name + " for WarmThroughput for " + of + " is lower than " + what));
}

}  // namespace

Result<> check_capacity(const ProvisionedThroughput& throughput, std::string_view index, std::string_view region) {
  TRY(check_units(throughput.ReadCapacityUnits, "ReadCapacityUnits", index, region));
  return check_units(throughput.WriteCapacityUnits, "WriteCapacityUnits", index, region);
}

Result<> check_on_demand(const OnDemandThroughput& wanted, bool on_demand, std::string_view index) {
  TRY(check_maximum(wanted.MaxReadRequestUnits, "MaxReadRequestUnits", on_demand, index));
  return check_maximum(wanted.MaxWriteRequestUnits, "MaxWriteRequestUnits", on_demand, index);
}

Result<> check_warm(const WarmThroughput& wanted, const std::optional<ProvisionedThroughput>& provisioned,
                    std::string_view index) {
  if (!provisioned) {
    const std::string initial = "initial throughput for OnDemand";
    TRY(check_warmth(wanted.ReadUnitsPerSecond, "ReadUnitsPerSecond", kInitialReadUnits, initial, index));
    return check_warmth(wanted.WriteUnitsPerSecond, "WriteUnitsPerSecond", kInitialWriteUnits, initial, index);
  }
  TRY(check_warmth(wanted.ReadUnitsPerSecond, "ReadUnitsPerSecond", provisioned->ReadCapacityUnits,
                   "ReadCapacityUnits of ProvisionedThroughput", index));
  return check_warmth(wanted.WriteUnitsPerSecond, "WriteUnitsPerSecond", provisioned->WriteCapacityUnits,
                      "WriteCapacityUnits of ProvisionedThroughput", index);
}

Result<> check_encryption(const SSESpecification& specification) {
  if (!specification.Enabled.value_or(false)) {
    if (specification.SSEType) return fail(invalid_value("SSEType can not be specified if Enabled is false"));
    if (specification.KMSMasterKeyId) {
      return fail(invalid_value("KMSMasterKeyId can not be specified if Enabled is false"));
    }
    return {};
  }
  if (specification.SSEType == SSEType::AES256) return fail(invalid_value("SSEType AES256 is not supported"));
  if (specification.KMSMasterKeyId && !specification.SSEType) {
    return fail(invalid_value("SSEType KMS is required if KMSMasterKeyId is specified"));
  }
  return {};
}

}  // namespace orrery::dynamodb
