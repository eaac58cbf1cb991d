#include "base/arn.h"
#include "services/events/destinations/endpoint.h"
#include "services/events/destinations/records.h"
#include "services/events/operations.h"
#include "services/events/pages.h"

namespace orrery::events {
namespace {

constexpr std::size_t kMostDestinations = 3'000;  // an account and region, the default quota

Result<DestinationRecord> existing_destination(Reader& reader, const Call& call, const std::string& name) {
  auto destination = TRY(get_destination(reader, call.account, call.region, name));
  if (!destination) {
    return fail(errors::ResourceNotFoundException("Failed to describe the api-destination(s). An api-destination '" +
                                                  name + "' does not exist."));
  }
  return *std::move(destination);
}

// A destination is as active as its connection.
Result<std::string> state_of(Reader& reader, const DestinationRecord& destination) {
  const auto connection = TRY(find_connection(reader, destination.connection_arn));
  return std::string(connection && connection->usable() ? ApiDestinationState::ACTIVE : ApiDestinationState::INACTIVE);
}

template <class Input>
Result<> keep_settings(Reader& reader, const Call& call, const Input& input, DestinationRecord& destination) {
  if (input.Description) destination.description = *input.Description;
  if (input.InvocationRateLimitPerSecond) {
    if (*input.InvocationRateLimitPerSecond > kUsualRate) return fail(over_quota());
    destination.rate = *input.InvocationRateLimitPerSecond;
  }
  TRY(check_endpoint("InvocationEndpoint", destination.endpoint));
  const auto connection = TRY(find_connection(reader, destination.connection_arn));
  if (!connection || connection->account != call.account || connection->region != call.region) {
    return fail(errors::ResourceNotFoundException("Connection '" + destination.connection_arn + "' does not exist."));
  }
  return {};
}

template <class Output>
Result<Output> changed(Reader& reader, const DestinationRecord& destination) {
  Output output;
  output.ApiDestinationArn = destination.arn;
  output.ApiDestinationState = TRY(state_of(reader, destination));
  output.CreationTime = destination.created;
  output.LastModifiedTime = destination.modified;
  return output;
}

// What DescribeApiDestination and ListApiDestinations both tell.
template <class Output>
Result<Output> shown_destination(Reader& reader, const DestinationRecord& destination) {
  Output output = TRY(changed<Output>(reader, destination));
  output.Name = destination.name;
  output.ConnectionArn = destination.connection_arn;
  output.InvocationEndpoint = destination.endpoint;
  output.HttpMethod = destination.method;
  output.InvocationRateLimitPerSecond = destination.rate;
  return output;
}

}  // namespace

Result<CreateApiDestinationResponse> create_api_destination(Call& call, Transaction& tx,
                                                            const CreateApiDestinationRequest& input) {
  if (TRY(get_destination(tx, call.account, call.region, input.Name))) {
    return fail(errors::ResourceAlreadyExistsException("An api-destination '" + input.Name + "' already exists."));
  }
  if (TRY(count_keys(tx, destinations_prefix(call.account, call.region), kMostDestinations)) == kMostDestinations) {
    return fail(over_quota());
  }
  DestinationRecord destination;
  destination.account = call.account;
  destination.region = call.region;
  destination.name = input.Name;
  destination.arn =
      make_arn("events", call.region, call.account, "api-destination/" + input.Name + "/" + call.random->uuid());
  destination.connection_arn = input.ConnectionArn;
  destination.endpoint = input.InvocationEndpoint;
  destination.method = input.HttpMethod;
  destination.created = call.now;
  destination.modified = call.now;
  TRY(keep_settings(tx, call, input, destination));
  TRY(put_destination(tx, destination));
  return changed<CreateApiDestinationResponse>(tx, destination);
}

Result<DescribeApiDestinationResponse> describe_api_destination(Call& call, Reader& reader,
                                                                const DescribeApiDestinationRequest& input) {
  const DestinationRecord destination = TRY(existing_destination(reader, call, input.Name));
  auto output = TRY(shown_destination<DescribeApiDestinationResponse>(reader, destination));
  output.Description = unless_empty(destination.description);
  return output;
}

Result<ListApiDestinationsResponse> list_api_destinations(Call& call, Reader& reader,
                                                          const ListApiDestinationsRequest& input) {
  ListApiDestinationsResponse output;
  output.ApiDestinations.emplace();
  const std::string prefix = input.NamePrefix.value_or("");
  output.NextToken =
      TRY(scan_page(reader, destinations_prefix(call.account, call.region),
                    {input.NextToken, input.Limit.value_or(100)}, [&](Cursor& cursor) -> Result<bool> {
                      const DestinationRecord destination = TRY(decode_destination(cursor.value()));
                      if (!destination.name.starts_with(prefix)) return false;
                      if (input.ConnectionArn && *input.ConnectionArn != destination.connection_arn) return false;
                      output.ApiDestinations->push_back(TRY(shown_destination<ApiDestination>(reader, destination)));
                      return true;
                    }));
  return output;
}

Result<UpdateApiDestinationResponse> update_api_destination(Call& call, Transaction& tx,
                                                            const UpdateApiDestinationRequest& input) {
  DestinationRecord destination = TRY(existing_destination(tx, call, input.Name));
  if (input.ConnectionArn) destination.connection_arn = *input.ConnectionArn;
  if (input.InvocationEndpoint) destination.endpoint = *input.InvocationEndpoint;
  if (input.HttpMethod) destination.method = *input.HttpMethod;
  destination.modified = call.now;
  TRY(keep_settings(tx, call, input, destination));
  TRY(put_destination(tx, destination));
  return changed<UpdateApiDestinationResponse>(tx, destination);
}

Result<DeleteApiDestinationResponse> delete_api_destination(Call& call, Transaction& tx,
                                                            const DeleteApiDestinationRequest& input) {
  const DestinationRecord destination = TRY(existing_destination(tx, call, input.Name));
  TRY(tx.erase(destination_key(destination)));
  return DeleteApiDestinationResponse{};
}

}  // namespace orrery::events
