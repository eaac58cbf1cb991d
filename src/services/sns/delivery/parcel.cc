#include "services/sns/delivery/parcel.h"

#include "services/record.h"

namespace orrery::sns {
namespace {

constexpr std::string_view kTypes[] = {"Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"};

}  // namespace

std::string_view name_of(MessageType type) { return kTypes[static_cast<std::size_t>(type)]; }

json::object parcel_document(const Parcel& parcel) {
  SubscriptionRecord subscription = parcel.subscription;
  subscription.attributes.erase("FilterPolicy");  // has let it pass
  json::object out{{"type", static_cast<std::int64_t>(parcel.type)},
                   {"arn", subscription.arn()},
                   {"subscription", subscription_document(subscription)},
                   {"published", published_document(parcel.published)}};
  if (!parcel.token.empty()) out["token"] = parcel.token;
  if (parcel.tries > 0) out["tries"] = parcel.tries;
  if (parcel.placed) out["placed"] = true;
  if (!parcel.failure.empty()) out["failure"] = parcel.failure;
  return out;
}

Result<Parcel> parcel_from(const json::value& document) {
  const auto name = parse_subscription_arn(text_of(document, "arn"));
  const json::value* subscription = find(document, "subscription");
  const json::value* published = find(document, "published");
  if (!name || subscription == nullptr || published == nullptr) return fail(internal_error("a corrupt parcel of SNS"));
  Parcel parcel;
  parcel.type = static_cast<MessageType>(find_int(document, "type").value_or(0));
  parcel.subscription = subscription_from(*name, *subscription);
  parcel.published = published_from(*published);
  parcel.token = text_of(document, "token");
  parcel.tries = find_int(document, "tries").value_or(0);
  parcel.placed = find_bool(document, "placed").value_or(false);
  parcel.failure = text_of(document, "failure");
  return parcel;
}

std::string pack(const Parcel& parcel) { return encode_record(parcel_document(parcel)); }

Result<Parcel> open_parcel(std::string_view payload) { return parcel_from(TRY(decode_record(payload))); }

// Each HTTP endpoint has a queue of its own: none waits for another that is slow.
Result<> post(Background& background, Transaction& tx, const Parcel& parcel, Instant now) {
  Message message;
  message.kind = kDeliver;
  if (parcel.subscription.http()) message.kind.assign(kHttp).append("/").append(parcel.subscription.arn());
  message.id = parcel.published.id + "|" + parcel.subscription.arn();
  message.due = message.created = now;
  message.payload = pack(parcel);
  return background.post(tx, message);
}

}  // namespace orrery::sns
