// The functions behind the rows of lambda.cc that concern event source mappings.
#pragma once

#include "services/lambda/event_sources/mapping.h"

namespace orrery::lambda {

Result<EventSourceMappingConfiguration> create_event_source_mapping(Lambda& lambda, Call& call, Transaction& tx,
                                                                    const CreateEventSourceMappingRequest& input);
Result<EventSourceMappingConfiguration> update_event_source_mapping(Lambda& lambda, Call& call, Transaction& tx,
                                                                    const UpdateEventSourceMappingRequest& input);
Result<EventSourceMappingConfiguration> get_event_source_mapping(Call& call, Reader& reader,
                                                                 const GetEventSourceMappingRequest& input);
Result<EventSourceMappingConfiguration> delete_event_source_mapping(Lambda& lambda, Call& call, Transaction& tx,
                                                                    const DeleteEventSourceMappingRequest& input);
Result<ListEventSourceMappingsResponse> list_event_source_mappings(Call& call, Reader& reader,
                                                                   const ListEventSourceMappingsRequest& input);

// For who makes a function or an alias: mappings that fed one of this name and found it gone go on.
Result<> wake_mappings(Lambda& lambda, Transaction& tx, const FunctionName& name);

std::string mapping_arn(std::string_view region, std::string_view account, std::string_view uuid);

// checks.cc: what Create and Update both refuse. Errors: InvalidParameterValueException, and NotImplemented for sources
// and settings that are not there.
Result<> check_mapping(Lambda& lambda, const Call& call, Transaction& tx, const Mapping& mapping,
                       const std::string& role_arn);
Result<> check_source(const CreateEventSourceMappingRequest& input, Instant now);
// That the queue is there, the role may read it, and a message stays invisible while the function works on it.
Result<> check_queue_access(Lambda& lambda, const Call& call, Transaction& tx, const Mapping& mapping,
                            const FunctionConfiguration& function);
// The shards as the role sees them.
Result<std::vector<ShardInfo>> check_access(const Call& call, Transaction& tx, StreamSource& source, const Caller& role,
                                            const std::string& arn);

}  // namespace orrery::lambda
