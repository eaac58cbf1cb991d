// The functions behind the rows of logs.cc, and what they share.
#pragma once

#include "services/logs/logs.h"
#include "services/logs/records.h"
#include "shapes/logs.h"

#include <functional>

namespace orrery::logs {

inline constexpr std::int64_t kEventOverhead = 26;     // bytes that each event counts beyond its message
inline constexpr std::int64_t kPageBytes = 1'048'576;  // of events in one reply
inline constexpr std::int64_t kDay_ms = 24LL * 3600 * 1000;

// InvalidParameterException with this message.
inline Failure invalid(std::string message) { return fail(errors::InvalidParameterException(std::move(message))); }

// groups.cc
Result<wire::Empty> create_log_group(Call& call, Transaction& tx, const CreateLogGroupRequest& input);
Result<DescribeLogGroupsResponse> describe_log_groups(Call& call, Reader& reader,
                                                      const DescribeLogGroupsRequest& input);
Result<wire::Empty> delete_log_group(Logs& logs, Call& call, Transaction& tx, const DeleteLogGroupRequest& input);

// streams.cc
Result<wire::Empty> create_log_stream(Call& call, Transaction& tx, const CreateLogStreamRequest& input);
Result<DescribeLogStreamsResponse> describe_log_streams(Call& call, Reader& reader,
                                                        const DescribeLogStreamsRequest& input);
Result<wire::Empty> delete_log_stream(Logs& logs, Call& call, Transaction& tx, const DeleteLogStreamRequest& input);

// put_log_events.cc, get_log_events.cc, filter_log_events.cc
Result<PutLogEventsResponse> put_log_events(Logs& logs, Call& call, Transaction& tx, const PutLogEventsRequest& input);
Result<GetLogEventsResponse> get_log_events(Call& call, Reader& reader, const GetLogEventsRequest& input);
Result<FilterLogEventsResponse> filter_log_events(Call& call, Reader& reader, const FilterLogEventsRequest& input);

// retention.cc
Result<wire::Empty> put_retention_policy(Logs& logs, Call& call, Transaction& tx,
                                         const PutRetentionPolicyRequest& input);
Result<wire::Empty> delete_retention_policy(Logs& logs, Call& call, Transaction& tx,
                                            const DeleteRetentionPolicyRequest& input);

// group_tags.cc
Result<wire::Empty> tag_resource(Call& call, Transaction& tx, const TagResourceRequest& input);
Result<wire::Empty> untag_resource(Call& call, Transaction& tx, const UntagResourceRequest& input);
Result<ListTagsForResourceResponse> list_tags_for_resource(Call& call, Reader& reader,
                                                           const ListTagsForResourceRequest& input);

// The same by the group's name, an older family of operations.
Result<wire::Empty> tag_log_group(Call& call, Transaction& tx, const TagLogGroupRequest& input);
Result<wire::Empty> untag_log_group(Call& call, Transaction& tx, const UntagLogGroupRequest& input);
Result<ListTagsLogGroupResponse> list_tags_log_group(Call& call, Reader& reader, const ListTagsLogGroupRequest& input);

// test_metric_filter.cc
Result<TestMetricFilterResponse> test_metric_filter(Call& call, Reader& reader, const TestMetricFilterRequest& input);

// The group, or ResourceNotFoundException "The specified log group does not exist.".
Result<GroupRecord> existing_group(Reader& reader, const Call& call, const std::string& name);
Result<StreamRecord> existing_stream(Reader& reader, const GroupRecord& group, const std::string& name);
// The group's name, of which either form must be given; the identifier may be an ARN.
Result<std::string> group_named(const std::optional<std::string>& name, const std::optional<std::string>& identifier);
std::string group_in_identifier(const std::string& identifier);
// Events before this instant have expired, whether they are erased already or not; epoch ms.
std::int64_t oldest_kept_ms(const GroupRecord& group, Instant now);

// One page of a scan under `prefix`. `take` returns whether it wanted the entry; entries are counted when it did.
// Returns the next page's token, nullopt at the end.
struct PageRequest {
  std::optional<std::string> token;
  std::int64_t limit = 50;
  Direction direction = Direction::Forward;
};
Result<std::optional<std::string>> scan_page(Reader& reader, const KeyRange& range, const PageRequest& page,
                                             const std::function<Result<bool>(Cursor&)>& take);
// Error: InvalidParameterException for a token that is not ours.
Error invalid_token();

}  // namespace orrery::logs
