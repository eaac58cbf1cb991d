// The functions behind the rows of events.cc, and what they share.
#pragma once

#include "services/events/events.h"
#include "services/events/records.h"
#include "shapes/events.h"

#include <functional>

namespace orrery::events {

// rules.cc
Result<PutRuleResponse> put_rule(Events& events, Call& call, Transaction& tx, const PutRuleRequest& input);
Result<DescribeRuleResponse> describe_rule(Call& call, Reader& reader, const DescribeRuleRequest& input);
Result<ListRulesResponse> list_rules(Call& call, Reader& reader, const ListRulesRequest& input);
Result<wire::Empty> enable_rule(Events& events, Call& call, Transaction& tx, const EnableRuleRequest& input);
Result<wire::Empty> disable_rule(Events& events, Call& call, Transaction& tx, const DisableRuleRequest& input);
Result<wire::Empty> delete_rule(Events& events, Call& call, Transaction& tx, const DeleteRuleRequest& input);

// targets.cc
Result<PutTargetsResponse> put_targets(Call& call, Transaction& tx, const PutTargetsRequest& input);
Result<ListTargetsByRuleResponse> list_targets_by_rule(Call& call, Reader& reader,
                                                       const ListTargetsByRuleRequest& input);
Result<RemoveTargetsResponse> remove_targets(Call& call, Transaction& tx, const RemoveTargetsRequest& input);

// put_events.cc
Result<PutEventsResponse> put_events(Events& events, Call& call, Transaction& tx, const PutEventsRequest& input);

// rule_tags.cc
Result<TagResourceResponse> tag_resource(Call& call, Transaction& tx, const TagResourceRequest& input);
Result<UntagResourceResponse> untag_resource(Call& call, Transaction& tx, const UntagResourceRequest& input);
Result<ListTagsForResourceResponse> list_tags_for_resource(Call& call, Reader& reader,
                                                           const ListTagsForResourceRequest& input);

// The rule, or ResourceNotFoundException for it or for its bus.
Result<RuleRecord> existing_rule(Reader& reader, const Call& call, const std::string& name,
                                 const std::optional<std::string>& bus);
// Error: ResourceNotFoundException. There is only the default bus.
Result<> check_bus(const std::optional<std::string>& bus);

// One page of a scan under `prefix`. `take` is called for each entry of the page; it returns whether it wanted the
// entry, and entries are counted when it did. Returns the next page's token, nullopt at the end.
struct PageRequest {
  std::optional<std::string> token;
  std::int64_t limit = 100;
};
Result<std::optional<std::string>> scan_page(Reader& reader, const std::string& prefix, const PageRequest& page,
                                             const std::function<Result<bool>(Cursor&)>& take);

// condition_keys.cc
Result<std::optional<auth::Context::Values>> condition_value(void* self, Reader& reader, const Call& call,
                                                             const Access& access, std::string_view key);

}  // namespace orrery::events
