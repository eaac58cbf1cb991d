// Resource-based policies of streams and consumers: what they say holds, for callers of other accounts too.
#include "auth/evaluate.h"
#include "services/kinesis/consumers/consumers.h"
#include "services/kinesis/operations.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::kinesis {
namespace {

constexpr std::size_t kMostBytes = std::size_t{20} * 1024;

// Whoever was let in by a policy does not change it: "the calling identity must have the PutResourcePolicy permissions
// on the specified Kinesis Data Streams resource and belong to the owner's account".
Result<> check_own(const Call& call, const StreamName& stream, const std::string& arn) {
  if (stream.account == call.account) return {};
  return fail(api_error("AccessDenied", "Only the account that owns " + arn + " may see and change its policy.", 403));
}

Result<> check_there(Kinesis& kinesis, const Call& call, Reader& reader, const std::string& arn) {
  if (const auto consumer = parse_consumer_arn(arn)) {
    TRY(check_own(call, consumer->stream, arn));
    if (TRY(find_consumer(reader, *consumer, call.region))) return {};
    return fail(errors::ResourceNotFoundException("Consumer " + arn + " not found."));
  }
  const auto name = parse_stream_arn(arn);
  if (!name) return fail(invalid_argument("ResourceARN " + arn + " is not the ARN of a stream or a consumer."));
  TRY(check_own(call, *name, arn));
  if (name->region != call.region) return fail(not_found(*name));
  TRY(existing_stream(kinesis, reader, *name));
  return {};
}

Error no_policy(const std::string& arn) {
  return errors::ResourceNotFoundException("No resource policy found for resource ARN " + arn + ".");
}

}  // namespace

std::string policy_key(std::string_view arn) { return KeyWriter(KeyKind::KinesisPolicy).text(arn).take(); }

Result<std::optional<std::string>> policy_of_resource(void* /*self*/, Reader& reader, std::string_view arn) {
  const auto record = TRY(get_record(reader, policy_key(arn)));
  if (!record) return std::optional<std::string>();
  return std::optional<std::string>(text_of(*record, "policy"));
}

Result<wire::Empty> put_policy(Kinesis& kinesis, Call& call, Transaction& tx, const PutResourcePolicyInput& input) {
  TRY(check_there(kinesis, call, tx, input.ResourceARN));
  if (input.Policy.size() > kMostBytes) {
    return fail(invalid_argument("The policy is larger than " + std::to_string(kMostBytes) + " bytes."));
  }
  const auto policy = auth::parse_policy(input.Policy, auth::PolicyKind::Resource);
  if (!policy) return fail(invalid_argument("Invalid resource policy: " + policy.error().message));
  TRY(orrery::put_record(tx, policy_key(input.ResourceARN), json::object{{"policy", input.Policy}}));
  return wire::Empty{};
}

Result<GetResourcePolicyOutput> get_policy(Kinesis& kinesis, Call& call, Reader& reader,
                                           const GetResourcePolicyInput& input) {
  TRY(check_there(kinesis, call, reader, input.ResourceARN));
  auto policy = TRY(policy_of_resource(nullptr, reader, input.ResourceARN));
  if (!policy) return fail(no_policy(input.ResourceARN));
  GetResourcePolicyOutput output;
  output.Policy = *std::move(policy);
  return output;
}

Result<wire::Empty> delete_policy(Kinesis& kinesis, Call& call, Transaction& tx,
                                  const DeleteResourcePolicyInput& input) {
  TRY(check_there(kinesis, call, tx, input.ResourceARN));
  if (!TRY(tx.get(policy_key(input.ResourceARN)))) return fail(no_policy(input.ResourceARN));
  TRY(tx.erase(policy_key(input.ResourceARN)));
  return wire::Empty{};
}

}  // namespace orrery::kinesis
