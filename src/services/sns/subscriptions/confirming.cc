// Confirmation and farewell: tokens that are sent to an endpoint, and what they are good for.
#include "services/record.h"
#include "services/sns/delivery/documents.h"
#include "services/sns/delivery/fanout.h"
#include "services/sns/subscriptions/subscriptions.h"

namespace orrery::sns {
namespace {

constexpr std::size_t kTokenLength = 224;

struct Token {
  SubscriptionName name;
  TokenOf use = TokenOf::Subscription;
  json::value subscription;  // of a Goodbye: what comes back
};

Result<std::optional<Token>> find_token(Reader& reader, const std::string& text) {
  const auto document = TRY(get_record(reader, token_key(text)));
  const auto name = document ? parse_subscription_arn(text_of(*document, "arn")) : std::nullopt;
  if (!name) return std::optional<Token>();
  Token token;
  token.name = *name;
  token.use = static_cast<TokenOf>(find_int(*document, "use").value_or(0));
  if (const json::value* kept = find(*document, "subscription")) token.subscription = *kept;
  return std::optional(std::move(token));
}

// What a Goodbye takes back, unless the endpoint has subscribed again.
Result<std::optional<SubscriptionRecord>> restored(Transaction& tx, const Token& token, const TopicRecord& topic) {
  if (token.use != TokenOf::Goodbye) return std::optional<SubscriptionRecord>();
  SubscriptionRecord subscription = subscription_from(token.name, token.subscription);
  const auto other = TRY(find_by_endpoint(tx, topic.name, subscription.protocol, subscription.endpoint));
  if (other) return std::optional(*other);
  subscription.pending = true;
  return std::optional(std::move(subscription));
}

}  // namespace

Result<> invite(Sns& sns, Call& call, Transaction& tx, const SubscriptionRecord& subscription, TokenOf use) {
  Parcel parcel;
  parcel.type =
      use == TokenOf::Subscription ? MessageType::SubscriptionConfirmation : MessageType::UnsubscribeConfirmation;
  parcel.subscription = subscription;
  parcel.token = call.random->token(kTokenLength, kLowerHex);
  parcel.subscription.token = use == TokenOf::Subscription ? parcel.token : std::string();
  if (use == TokenOf::Subscription) TRY(put_subscription(tx, parcel.subscription));
  parcel.published.id = call.random->uuid();
  parcel.published.message = use == TokenOf::Subscription ? invitation(subscription.topic) : farewell(subscription);
  parcel.published.at = call.now;
  json::object record{{"arn", subscription.arn()}, {"use", static_cast<std::int64_t>(use)}};
  if (use == TokenOf::Goodbye) record["subscription"] = subscription_document(subscription);
  TRY(put_record(tx, token_key(parcel.token), record));
  Timer timer;
  timer.kind = kTokenTimer;
  timer.id = parcel.token;
  timer.due = call.now + kTokenLife;
  TRY(sns.background.arm(tx, timer));
  return post(sns.background, tx, parcel, call.now);
}

// A subscription that nobody has confirmed in time goes, unless a newer token of it is on its way.
Result<> forget_token(Transaction& tx, const std::string& text) {
  const auto token = TRY(find_token(tx, text));
  TRY(tx.erase(token_key(text)));
  if (!token || token->use != TokenOf::Subscription) return {};
  const auto subscription = TRY(find_subscription(tx, token->name));
  if (!subscription || !subscription->pending || subscription->token != text) return {};
  if (auto topic = TRY(find_topic(tx, token->name.topic))) {
    --topic->pending;
    TRY(count_filter(*topic, *subscription, SubscriptionRecord()));
    TRY(put_topic(tx, *topic));
  }
  return erase_subscription(tx, *subscription);
}

Result<ConfirmSubscriptionResponse> confirm_subscription(Sns&, Call& call, Transaction& tx,
                                                         const ConfirmSubscriptionInput& input) {
  const auto name = parse_topic_arn(input.TopicArn);
  if (!name) return fail(invalid_parameter("Topic"));
  auto topic = TRY(find_topic(tx, *name));
  if (!topic) return fail(errors::NotFoundException("Topic does not exist"));
  const auto token = TRY(find_token(tx, input.Token));
  if (!token || token->name.topic != *name) return fail(invalid_parameter("Token"));
  auto subscription = TRY(find_subscription(tx, token->name));
  if (!subscription) subscription = TRY(restored(tx, *token, *topic));
  if (!subscription) return fail(invalid_parameter("Token"));

  ConfirmSubscriptionResponse output;
  output.SubscriptionArn = subscription->arn();
  if (!subscription->pending) return output;  // once more
  const bool signed_request = call.principal->kind != auth::Principal::Kind::Anonymous;
  subscription->pending = false;
  subscription->token.clear();
  subscription->authenticated = signed_request;
  subscription->authenticated_goodbye = signed_request && input.AuthenticateOnUnsubscribe.value_or("") == "true";
  if (token->use == TokenOf::Subscription) --topic->pending;
  if (token->use == TokenOf::Goodbye) {
    --topic->deleted;
    TRY(count_filter(*topic, SubscriptionRecord(), *subscription));
  }
  ++topic->confirmed;
  TRY(put_topic(tx, *topic));
  TRY(put_subscription(tx, *subscription));
  return output;
}

// "If the Unsubscribe call does not require authentication and the requester is not the subscription owner, a final
// cancellation message is delivered to the endpoint, so that the endpoint owner can easily resubscribe".
Result<wire::Empty> unsubscribe(Sns& sns, Call& call, Transaction& tx, const UnsubscribeInput& input) {
  const SubscriptionName name = TRY(subscription_named(input.SubscriptionArn));
  const auto subscription = TRY(find_subscription(tx, name));
  if (!subscription) return wire::Empty{};
  const bool anonymous = call.principal->kind == auth::Principal::Kind::Anonymous;
  if (anonymous && subscription->authenticated_goodbye) {
    return fail(errors::AuthorizationErrorException(
        "The subscription requires authentication for its deletion: sign the request as its owner or as the topic's."));
  }
  if (subscription->pending) {
    return fail(invalid_parameter("This subscription is not confirmed yet, and cannot be deleted"));
  }
  if (auto topic = TRY(find_topic(tx, name.topic))) {
    --topic->confirmed;
    ++topic->deleted;
    TRY(count_filter(*topic, *subscription, SubscriptionRecord()));
    TRY(put_topic(tx, *topic));
  }
  TRY(erase_subscription(tx, *subscription));
  const bool owner = !anonymous && call.account == subscription->owner;
  if (!owner && !subscription->authenticated_goodbye) TRY(invite(sns, call, tx, *subscription, TokenOf::Goodbye));
  return wire::Empty{};
}

}  // namespace orrery::sns
