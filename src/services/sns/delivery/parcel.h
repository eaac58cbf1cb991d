// One message on its way to one subscription, as its row of the outbox says it.
#pragma once

#include "background/background.h"
#include "services/sns/publishing/message.h"
#include "services/sns/records.h"

#include <string>
#include <string_view>

namespace orrery::sns {

inline constexpr std::string_view kDeliver = "sns.deliver";  // to what is in this house
inline constexpr std::string_view kHttp = "sns.http";        // "sns.http/SUBSCRIPTION"

enum class MessageType : std::uint8_t { Notification, SubscriptionConfirmation, UnsubscribeConfirmation };
std::string_view name_of(MessageType type);

struct Parcel {
  MessageType type = MessageType::Notification;
  SubscriptionRecord subscription;  // as it was; without its filter policy
  Published published;
  std::string token;       // of confirmations
  std::int64_t tries = 0;  // failed ones
  bool placed = false;     // has waited for its turn (maxReceivesPerSecond)
  std::string failure;     // why it is not tried any more, of an HTTP endpoint: what is left is to say so
};

json::object parcel_document(const Parcel& parcel);
Result<Parcel> parcel_from(const json::value& document);
std::string pack(const Parcel& parcel);
Result<Parcel> open_parcel(std::string_view payload);

// Into the outbox.
Result<> post(Background& background, Transaction& tx, const Parcel& parcel, Instant now);

}  // namespace orrery::sns
