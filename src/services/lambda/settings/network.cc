#include "services/lambda/concurrency/concurrency.h"
#include "services/lambda/operations.h"
#include "services/tags.h"

namespace orrery::lambda {
namespace {

using functions::Network;

// A new name for the deployment: environments of the old one are no longer found, not even by an invocation that
// begins meanwhile.
void redeploy(Lambda& lambda, Call& call, Transaction& tx, const FunctionName& name, FunctionRecord& record) {
  retire_on_commit(lambda, tx, spec_key(name, record));
  record.deployment = call.random->uuid();
}

Result<> redeploy_versions(Lambda& lambda, Call& call, Transaction& tx, const FunctionName& name) {
  std::vector<FunctionRecord> versions;
  {
    const auto cursor = tx.scan(prefix_range(versions_prefix(name)));
    while (cursor->next()) versions.push_back(TRY(decode_function(cursor->value())));
    TRY(cursor->status());
  }
  for (FunctionRecord& version : versions) {
    const auto number = name.with(version.configuration.Version.value_or("")).version();
    redeploy(lambda, call, tx, name, version);
    if (number) TRY(put_version(tx, name, *number, version));
  }
  return {};
}

}  // namespace

Result<Network> network_of(const TagMap& tags) {
  const auto found = tags.find(std::string(kNetworkTag));
  if (found == tags.end() || found->second == "host") return Network::Host;
  if (found->second == "none") return Network::None;
  return fail(errors::InvalidParameterValueException("The value of the tag " + std::string(kNetworkTag) +
                                                     " must be none or host: " + found->second));
}

Result<> follow_network_tag(Lambda& lambda, Call& call, Transaction& tx, const FunctionName& name) {
  const Network network = TRY(network_of(TRY(get_tags(tx, name.arn()))));
  FunctionRecord record = TRY(existing_function(tx, name));
  if (record.settings.network == network) return {};
  record.settings.network = network;
  redeploy(lambda, call, tx, name, record);
  TRY(redeploy_versions(lambda, call, tx, name));
  provisioned_code_changed(lambda, tx, name);
  return put_function(tx, name, record);
}

}  // namespace orrery::lambda
