#include "services/dynamodb/tables/policies.h"

#include "auth/evaluate.h"
#include "base/arn.h"
#include "services/dynamodb/operations.h"
#include "services/dynamodb/streams/streams.h"
#include "services/record.h"
#include "store/key.h"

#include <charconv>

namespace orrery::dynamodb {
namespace {

constexpr std::string_view kNoPolicy = "NO_POLICY";

struct Named {
  TableName table;
  std::string stream;  // its label; empty: the table itself
  bool index = false;
};

// nullopt: neither table, nor index, nor stream.
std::optional<Named> named_in(const Arn& arn) {
  std::string_view rest = arn.resource;
  if (arn.service != "dynamodb" || !rest.starts_with("table/")) return std::nullopt;
  rest.remove_prefix(6);
  const auto slash = rest.find('/');
  Named out;
  out.table = {arn.account, arn.region, std::string(rest.substr(0, slash))};
  if (slash == std::string_view::npos) return out;
  rest.remove_prefix(slash + 1);
  if (rest.starts_with("index/")) {
    out.index = true;
    return out;
  }
  if (!rest.starts_with("stream/")) return std::nullopt;
  out.stream = rest.substr(7);
  return out;
}

Result<Named> parse_resource(const Call& call, const std::string& text) {
  if (!text.starts_with("arn:")) return fail(invalid_value("ARNs must start with 'arn:': " + text));
  const auto arn = Arn::parse(text);
  const auto named = arn ? named_in(*arn) : std::nullopt;
  if (!named) return fail(invalid_value("Provided Arn is not a DynamoDB resource arn: " + text));
  if (named->index) {
    return fail(invalid_value(
        "Invalid resource arn provided, only table or stream is accepted. Provided resource arn: " + text));
  }
  if (arn->region != call.region) return fail(invalid_value("Invalid resource Arn: " + text));
  if (arn->account != call.account) {
    return fail(validation_error(
        "This action is only supported by accounts that match the resource owner\xE2\x80\x99s account."));
  }
  return *named;
}

struct Stored {
  std::string policy, revision;
};

Result<std::optional<Stored>> load(Reader& reader, const std::string& key) {
  const auto record = TRY(get_record(reader, key));
  if (!record) return std::optional<Stored>();
  return std::optional<Stored>(Stored{std::string(find_string(*record, "policy").value_or("")),
                                      std::string(find_string(*record, "revision").value_or(""))});
}

// The table, or the stream, that the policy is (to be) of.
Result<> check_there(Reader& reader, const Named& named) {
  if (named.stream.empty()) {
    TRY(existing_table(reader, named.table));
    return {};
  }
  if (TRY(reader.get(stream_key(named.table, named.stream)))) return {};
  return fail(errors::ResourceNotFoundException("Requested resource not found: Stream: " + named.table.arn() +
                                                "/stream/" + named.stream + " not found"));
}

Error no_policy(const std::string& what) {
  return errors::PolicyNotFoundException("Resource-based policy not found for the provided ResourceArn: " + what);
}

Result<> check_revision(const std::optional<Stored>& stored, const std::optional<std::string>& expected,
                        const std::string& arn, const std::string& table) {
  if (!expected) return {};
  if (!stored) {
    if (*expected == kNoPolicy) return {};
    return fail(no_policy(arn));
  }
  if (*expected == stored->revision) return {};
  if (*expected == kNoPolicy) {
    return fail(no_policy("Requested policy update expecting none to be present for table " + table +
                          ", but a policy exists with revision id " + stored->revision + "."));
  }
  return fail(no_policy("Requested update for policy with revision id " + *expected +
                        ", but the policy associated to target table " + table + " has revision id " +
                        stored->revision + "."));
}

Result<auth::Policy> parse(const std::string& text) {
  if (text.size() > kMaxPolicyBytes) {
    return fail(invalid_value("Maximum policy size of " + std::to_string(kMaxPolicyBytes) + " bytes exceeded"));
  }
  if (!parse_json(text)) return fail(invalid_value("Invalid policy document: This policy contains invalid Json"));
  Result<auth::Policy> policy = auth::parse_policy(text, auth::PolicyKind::Resource);
  if (!policy) return fail(invalid_value("Invalid policy document: " + policy.error().message));
  return policy;
}

// Who would shut themselves out has to confirm it. Only PutResourcePolicy is looked at, as the service does.
Result<> check_lockout(const Call& call, const auth::Policy& policy, const std::string& arn) {
  auth::Context context;
  if (!call.source_ip.empty()) context.set("aws:SourceIp", call.source_ip);
  const auth::Request request{call.principal, "dynamodb:PutResourcePolicy", arn, call.account, &context, call.now};
  auth::Policies policies;
  policies.resource = &policy;
  if (auth::evaluate(request, policies).outcome != auth::Outcome::ExplicitDeny) return {};
  return fail(api_error(
      "AccessDenied", "The new resource policy will not allow you to update the resource policy in the future.", 403));
}

// Revisions are times, and rise even when the clock does not.
std::string next_revision(const std::optional<Stored>& stored, Instant now) {
  std::int64_t last = 0;
  if (stored) {
    std::from_chars(stored->revision.data(), stored->revision.data() + stored->revision.size(), last);
  }
  return std::to_string(std::max(last + 1, static_cast<std::int64_t>(epoch_ms(now))));
}

}  // namespace

std::string policies_prefix(const TableName& name) {
  return KeyWriter(KeyKind::TablePolicy).text(name.account).text(name.region).text(name.name).take();
}
std::string policy_key(const TableName& name, std::string_view stream_label) {
  return KeyWriter(KeyKind::TablePolicy).text(name.account).text(name.region).text(name.name).text(stream_label).take();
}

Result<std::string> set_policy(DynamoDb& dynamodb, Transaction& tx, const Call& call, const std::string& key,
                               const std::string& policy) {
  TRY(parse(policy));
  const auto stored = TRY(load(tx, key));
  if (stored && stored->policy == policy) return stored->revision;
  const std::string revision = next_revision(stored, call.now);
  TRY(put_record(tx, key, json::object{{"policy", policy}, {"revision", revision}}));
  tx.on_commit([&dynamodb] { dynamodb.policies = PoliciesKnown::Some; });
  return revision;
}

Result<std::optional<std::string>> policy_of_resource(void* self, Reader& reader, std::string_view arn) {
  auto& known = static_cast<DynamoDb*>(self)->policies;
  if (known == PoliciesKnown::None) return std::optional<std::string>();
  if (known == PoliciesKnown::Unknown) {
    const auto cursor = reader.scan(prefix_range(KeyWriter(KeyKind::TablePolicy).take()));
    const bool any = cursor->next();
    TRY(cursor->status());
    // Unless one was committed since: that knows better.
    PoliciesKnown unknown = PoliciesKnown::Unknown;
    known.compare_exchange_strong(unknown, any ? PoliciesKnown::Some : PoliciesKnown::None);
    if (!any) return std::optional<std::string>();
  }
  const auto parsed = Arn::parse(arn);
  const auto named = parsed ? named_in(*parsed) : std::nullopt;
  if (!named) return std::optional<std::string>();
  auto stored = TRY(load(reader, policy_key(named->table, named->stream)));
  if (!stored) return std::optional<std::string>();
  return std::optional<std::string>(std::move(stored->policy));
}

Result<PutResourcePolicyOutput> put_resource_policy(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                    const PutResourcePolicyInput& input) {
  const Named named = TRY(parse_resource(call, input.ResourceArn));
  const auth::Policy policy = TRY(parse(input.Policy));
  TRY(check_there(tx, named));
  const std::string key = policy_key(named.table, named.stream);
  TRY(check_revision(TRY(load(tx, key)), input.ExpectedRevisionId, input.ResourceArn, named.table.name));
  if (!input.ConfirmRemoveSelfResourceAccess.value_or(false)) TRY(check_lockout(call, policy, input.ResourceArn));
  PutResourcePolicyOutput output;
  output.RevisionId = TRY(set_policy(dynamodb, tx, call, key, input.Policy));
  return output;
}

Result<GetResourcePolicyOutput> get_resource_policy(Call& call, Reader& reader, const GetResourcePolicyInput& input) {
  const Named named = TRY(parse_resource(call, input.ResourceArn));
  if (named.stream.empty()) TRY(check_there(reader, named));
  auto stored = TRY(load(reader, policy_key(named.table, named.stream)));
  if (!stored) return fail(no_policy(input.ResourceArn));
  GetResourcePolicyOutput output;
  output.Policy = std::move(stored->policy);
  output.RevisionId = std::move(stored->revision);
  return output;
}

Result<DeleteResourcePolicyOutput> delete_resource_policy(Call& call, Transaction& tx,
                                                          const DeleteResourcePolicyInput& input) {
  const Named named = TRY(parse_resource(call, input.ResourceArn));
  if (named.stream.empty()) TRY(check_there(tx, named));
  const std::string key = policy_key(named.table, named.stream);
  auto stored = TRY(load(tx, key));
  if (!stored && input.ExpectedRevisionId) return fail(no_policy(input.ResourceArn));
  TRY(check_revision(stored, input.ExpectedRevisionId, input.ResourceArn, named.table.name));
  DeleteResourcePolicyOutput output;
  if (!stored) return output;  // idempotent
  TRY(tx.erase(key));
  output.RevisionId = std::move(stored->revision);
  return output;
}

}  // namespace orrery::dynamodb
