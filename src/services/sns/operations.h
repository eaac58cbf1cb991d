// The operations, and what several of them share.
#pragma once

#include "services/sns/records.h"
#include "services/sns/sns.h"
#include "shapes/sns.h"

namespace orrery::sns {

// topics/
Result<CreateTopicResponse> create_topic(Call& call, Transaction& tx, const CreateTopicInput& input);
Result<wire::Empty> delete_topic(Call& call, Transaction& tx, const DeleteTopicInput& input);
Result<GetTopicAttributesResponse> get_topic_attributes(Call& call, Reader& reader,
                                                        const GetTopicAttributesInput& input);
Result<wire::Empty> set_topic_attributes(Call& call, Transaction& tx, const SetTopicAttributesInput& input);
Result<ListTopicsResponse> list_topics(Call& call, Reader& reader, const ListTopicsInput& input);
Result<wire::Empty> add_permission(Call& call, Transaction& tx, const AddPermissionInput& input);
Result<wire::Empty> remove_permission(Call& call, Transaction& tx, const RemovePermissionInput& input);
Result<ListTagsForResourceResponse> list_tags_for_resource(Call& call, Reader& reader,
                                                           const ListTagsForResourceRequest& input);
Result<TagResourceResponse> tag_resource(Call& call, Transaction& tx, const TagResourceRequest& input);
Result<UntagResourceResponse> untag_resource(Call& call, Transaction& tx, const UntagResourceRequest& input);

// subscriptions/
Result<SubscribeResponse> subscribe(Sns& sns, Call& call, Transaction& tx, const SubscribeInput& input);
Result<ConfirmSubscriptionResponse> confirm_subscription(Sns& sns, Call& call, Transaction& tx,
                                                         const ConfirmSubscriptionInput& input);
Result<wire::Empty> unsubscribe(Sns& sns, Call& call, Transaction& tx, const UnsubscribeInput& input);
Result<GetSubscriptionAttributesResponse> get_subscription_attributes(Call& call, Reader& reader,
                                                                      const GetSubscriptionAttributesInput& input);
Result<wire::Empty> set_subscription_attributes(Sns& sns, Call& call, Transaction& tx,
                                                const SetSubscriptionAttributesInput& input);
Result<ListSubscriptionsResponse> list_subscriptions(Call& call, Reader& reader, const ListSubscriptionsInput& input);
Result<ListSubscriptionsByTopicResponse> list_subscriptions_by_topic(Call& call, Reader& reader,
                                                                     const ListSubscriptionsByTopicInput& input);

// publishing/
Result<PublishResponse> publish(Sns& sns, Call& call, Transaction& tx, const PublishInput& input);
Result<PublishBatchResponse> publish_batch(Sns& sns, Call& call, Transaction& tx, const PublishBatchInput& input);

// "Invalid parameter: …"
Error invalid_parameter(std::string_view what);
// 501, with a sentence: of what the real service has and Orrery has not.
Error not_here(std::string message);

// Where a page of a list begins, within `prefix`. Error: InvalidParameter, not a token of this list.
Result<KeyRange> page_range(const std::string& prefix, const std::optional<std::string>& token);
inline constexpr std::size_t kPage = 100;

}  // namespace orrery::sns
