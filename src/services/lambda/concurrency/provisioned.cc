// Provisioned concurrency: how many environments of a version are kept initialised. What is wished for is a record; the
// pool is told once it is committed, and again when the server starts.
#include "base/log.h"
#include "services/lambda/concurrency/concurrency.h"
#include "services/lambda/operations.h"
#include "services/lambda/versions/versions.h"
#include "services/paging.h"
#include "services/record.h"
#include "store/key.h"

#include <algorithm>
#include <cmath>

namespace orrery::lambda {
namespace {

constexpr std::int64_t kListMost = 50;

struct Wish {
  std::int64_t count = 0;
  std::string last_modified;
};

// What the API says of a wish: the members that three of its answers share.
template <class Out>
void show(const Lambda& lambda, const Wish& wish, const std::string& spec_key, Out& output) {
  output.RequestedProvisionedConcurrentExecutions = wish.count;
  output.LastModified = wish.last_modified;
  const auto state = lambda.environments->provisioned(spec_key);
  using Status = functions::Provisioned::Status;
  output.AllocatedProvisionedConcurrentExecutions = state ? state->allocated : 0;
  output.AvailableProvisionedConcurrentExecutions = state ? state->available : 0;
  const Status status = state ? state->status : Status::InProgress;
  output.Status = status == Status::Ready ? "READY" : status == Status::Failed ? "FAILED" : "IN_PROGRESS";
  if (state && !state->reason.empty()) output.StatusReason = state->reason;
}

std::string wish_key(const FunctionName& name) {
  return KeyWriter(KeyKind::ProvisionedConcurrency)
      .text(name.account)
      .text(name.region)
      .text(name.name)
      .text(name.qualifier)
      .take();
}

Result<Wish> decode_wish(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  return Wish{find_int(document, "count").value_or(0), std::string(find_string(document, "modified").value_or(""))};
}

Result<std::optional<Wish>> get_wish(Reader& reader, const FunctionName& name) {
  const auto bytes = TRY(reader.get(wish_key(name)));
  if (!bytes) return std::optional<Wish>();
  return std::optional<Wish>(TRY(decode_wish(*bytes)));
}

Result<> check_published(const FunctionName& name) {
  if (!name.latest()) return {};
  return fail(errors::InvalidParameterValueException(
      "The function resource provided must be an alias or a published version."));
}

// How many environments of each version are wished for: an alias shares its own between its versions by weight.
Result<std::map<std::string, std::int64_t>> wishes_by_version(Reader& reader, const FunctionName& function) {
  std::map<std::string, std::int64_t> counts;
  const auto cursor = reader.scan(prefix_range(prefix_of(KeyKind::ProvisionedConcurrency, function)));
  while (cursor->next()) {
    KeyReader key(cursor->key());
    for (int i = 0; i < 3; ++i) key.text();
    const FunctionName name = function.with(key.text());
    std::int64_t count = TRY(decode_wish(cursor->value())).count;
    const auto resolved = resolve(reader, name);
    if (!resolved) continue;
    if (resolved->alias && resolved->alias->RoutingConfig) {
      const std::int64_t all = count;
      for (const auto& [version, weight] : *resolved->alias->RoutingConfig->AdditionalVersionWeights) {
        const auto share = static_cast<std::int64_t>(std::llround(static_cast<double>(all) * weight));
        counts[version] += share;
        count -= share;
      }
    }
    counts[resolved->version] += count;
  }
  TRY(cursor->status());
  return counts;
}

// Tells the pool what the store wishes for this function. On the deployer's thread, which unpacks code.
Result<> provision(Lambda& lambda, const FunctionName& function) {
  const auto snapshot = lambda.store.snapshot();
  std::map<std::string, std::pair<std::shared_ptr<const functions::FunctionSpec>, int>> wanted;
  for (const auto& [version, count] : TRY(wishes_by_version(*snapshot, function))) {
    const auto resolved = resolve(*snapshot, function.with(version));
    if (!resolved || count == 0) continue;
    auto spec = TRY(runnable(lambda, *resolved));
    const std::string key = spec->key;
    wanted[key] = {std::move(spec), static_cast<int>(count)};
  }
  auto& before = lambda.provisioned[function.arn()];
  for (const auto& spec : before) {
    if (!wanted.contains(spec->key)) lambda.environments->provision(spec, 0);
  }
  before.clear();
  for (auto& [key, one] : wanted) {
    lambda.environments->provision(one.first, one.second);
    before.push_back(one.first);
  }
  if (before.empty()) lambda.provisioned.erase(function.arn());
  return {};
}

void provision_later(Lambda& lambda, const FunctionName& name) {
  lambda.deployer.post([&lambda, function = name.with("")] {
    if (const auto done = provision(lambda, function); !done) {
      log::warning("provisioned concurrency failed", {{"function", function.name}, {"reason", done.error().message}});
    }
  });
}

// docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html: a version has it by its own name or by an alias's.
Result<> check_free(Reader& reader, const FunctionName& name, const Resolved& resolved) {
  if (resolved.alias) {
    if (!TRY(get_wish(reader, name.with(resolved.version)))) return {};
    return fail(errors::ResourceConflictException(
        "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"));
  }
  for (const std::string& alias : TRY(aliases_of(reader, name, resolved.version))) {
    if (TRY(get_wish(reader, name.with(alias)))) {
      return fail(errors::ResourceConflictException("Version is pointed by a Provisioned Concurrency alias"));
    }
  }
  return {};
}

Result<> check_room(const ConcurrencyLedger& ledger, const FunctionName& name) {
  const auto reserved = ledger.reserved.find(name.name);
  if (reserved != ledger.reserved.end()) {
    if (ledger.provisioned_of(name.name) <= reserved->second) return {};
    return fail(errors::InvalidParameterValueException(
        "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"));
  }
  if (ledger.unreserved() >= kLeastUnreserved) return {};
  return fail(errors::InvalidParameterValueException(
      "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum "
      "value of [" +
      std::to_string(kLeastUnreserved) + "]."));
}

}  // namespace

Result<PutProvisionedConcurrencyConfigResponse> put_provisioned_concurrency_config(
    Lambda& lambda, Call& call, Transaction& tx, const PutProvisionedConcurrencyConfigRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  if (name.latest()) {
    return fail(errors::InvalidParameterValueException(
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions."));
  }
  const Resolved resolved = TRY(resolve(tx, name));
  if (resolved.version == kLatest) {
    return fail(errors::InvalidParameterValueException(
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions."));
  }
  TRY(check_free(tx, name, resolved));
  ConcurrencyLedger ledger = TRY(get_ledger(tx, name.account, name.region));
  ledger.provisioned[name.name][name.qualifier] = input.ProvisionedConcurrentExecutions;
  TRY(check_room(ledger, name));
  TRY(put_ledger(lambda, tx, name, ledger));
  const Wish wish{input.ProvisionedConcurrentExecutions, last_modified(call.now)};
  TRY(put_record(tx, wish_key(name), json::object{{"count", wish.count}, {"modified", wish.last_modified}}));
  tx.on_commit([&lambda, name] { provision_later(lambda, name); });
  PutProvisionedConcurrencyConfigResponse output;
  output.RequestedProvisionedConcurrentExecutions = wish.count;
  output.AllocatedProvisionedConcurrentExecutions = 0;
  output.AvailableProvisionedConcurrentExecutions = 0;
  output.Status = "IN_PROGRESS";
  output.LastModified = wish.last_modified;
  return output;
}

Result<GetProvisionedConcurrencyConfigResponse> get_provisioned_concurrency_config(
    const Lambda& lambda, Call& call, Reader& reader, const GetProvisionedConcurrencyConfigRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  TRY(check_published(name));
  const Resolved resolved = TRY(resolve(reader, name));
  const auto wish = TRY(get_wish(reader, name));
  if (!wish) {
    return fail(errors::ProvisionedConcurrencyConfigNotFoundException(
        "No Provisioned Concurrency Config found for this function"));
  }
  GetProvisionedConcurrencyConfigResponse output;
  show(lambda, *wish, spec_key(name, resolved.record), output);
  return output;
}

Result<wire::Empty> delete_provisioned_concurrency_config(Lambda& lambda, Call& call, Transaction& tx,
                                                          const DeleteProvisionedConcurrencyConfigRequest& input) {
  const FunctionName name = TRY(named_function(call, input.FunctionName, input.Qualifier));
  TRY(check_published(name));
  TRY(resolve(tx, name));
  TRY(end_provisioning(lambda, tx, name));
  return wire::Empty{};
}

Result<ListProvisionedConcurrencyConfigsResponse> list_provisioned_concurrency_configs(
    const Lambda& lambda, Call& call, Reader& reader, const ListProvisionedConcurrencyConfigsRequest& input) {
  const FunctionName function = TRY(named_function(call, input.FunctionName)).with("");
  TRY(resolve(reader, function));
  const std::string prefix = prefix_of(KeyKind::ProvisionedConcurrency, function);
  const std::int64_t most = std::min(input.MaxItems.value_or(kListMost), kListMost);
  ListProvisionedConcurrencyConfigsResponse output;
  output.ProvisionedConcurrencyConfigs.emplace();
  KeyRange range = prefix_range(prefix);
  if (input.Marker) range.begin = TRY(marker_position(*input.Marker, prefix));
  const auto cursor = reader.scan(range);
  while (cursor->next()) {
    if (static_cast<std::int64_t>(output.ProvisionedConcurrencyConfigs->size()) == most) {
      output.NextMarker = page_token(cursor->key());
      break;
    }
    KeyReader key(cursor->key());
    for (int i = 0; i < 3; ++i) key.text();
    const FunctionName name = function.with(key.text());
    const Resolved resolved = TRY(resolve(reader, name));
    ProvisionedConcurrencyConfigListItem item;
    item.FunctionArn = name.qualified_arn();
    show(lambda, TRY(decode_wish(cursor->value())), spec_key(name, resolved.record), item);
    output.ProvisionedConcurrencyConfigs->push_back(std::move(item));
  }
  TRY(cursor->status());
  return output;
}

Result<> end_provisioning(Lambda& lambda, Transaction& tx, const FunctionName& name) {
  if (!TRY(get_wish(tx, name))) return {};
  TRY(tx.erase(wish_key(name)));
  ConcurrencyLedger ledger = TRY(get_ledger(tx, name.account, name.region));
  ledger.provisioned[name.name].erase(name.qualifier);
  TRY(put_ledger(lambda, tx, name, ledger));
  tx.on_commit([&lambda, name] { provision_later(lambda, name); });
  return {};
}

void provisioned_code_changed(Lambda& lambda, Transaction& tx, const FunctionName& function) {
  tx.on_commit([&lambda, function] { provision_later(lambda, function); });
}

Result<> provisioned_alias_changed(Lambda& lambda, Transaction& tx, const FunctionName& alias) {
  if (!TRY(get_wish(tx, alias))) return {};
  tx.on_commit([&lambda, alias] { provision_later(lambda, alias); });
  return {};
}

Result<> forget_concurrency(Lambda& lambda, Transaction& tx, const FunctionName& name) {
  ConcurrencyLedger ledger = TRY(get_ledger(tx, name.account, name.region));
  const bool reserved = ledger.reserved.erase(name.name) > 0;
  const bool provisioned = ledger.provisioned.erase(name.name) > 0;
  if (!reserved && !provisioned) return {};
  TRY(put_ledger(lambda, tx, name, ledger));
  if (!provisioned) return {};
  TRY(tx.erase_range(prefix_range(prefix_of(KeyKind::ProvisionedConcurrency, name))));
  tx.on_commit([&lambda, name] { provision_later(lambda, name); });
  return {};
}

void restore_concurrency(Lambda& lambda) {
  lambda.deployer.post([&lambda] {
    const auto snapshot = lambda.store.snapshot();
    std::map<std::string, FunctionName> found;
    const auto cursor = snapshot->scan(prefix_range(KeyWriter(KeyKind::ProvisionedConcurrency).view()));
    while (cursor->next()) {
      KeyReader key(cursor->key());
      FunctionName name;
      name.account = key.text();
      name.region = key.text();
      name.name = key.text();
      found.emplace(name.arn(), name);
    }
    for (const auto& [arn, name] : found) {
      if (const auto done = provision(lambda, name); !done) {
        log::warning("provisioned concurrency failed", {{"function", name.name}, {"reason", done.error().message}});
      }
    }
  });
  lambda.environments->set_unreserved_concurrency(stored_unreserved(lambda));
}

}  // namespace orrery::lambda
