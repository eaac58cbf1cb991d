// One management event, as it is stored and as LookupEvents and its JSON show it.
#pragma once

#include "base/json.h"
#include "services/observer.h"
#include "store/store.h"

#include <string>
#include <string_view>
#include <vector>

namespace orrery::cloudtrail {

inline constexpr std::chrono::hours kKept{24 * 90};
inline constexpr std::int64_t kMostEvents = 50'000;  // of an account and region: the oldest go first

struct Touched {
  std::string type, name;
};

struct StoredEvent {
  std::string id, name, source, user, access_key;
  bool read_only = false;
  Instant at;
  std::vector<Touched> resources;
  std::string json;  // the CloudTrailEvent
};

// Whether the trail wants it: management operations, but for those of the data plane.
bool is_management(const Answered& answered);

// Whose event history an event goes to.
struct Recipient {
  std::string account, region;
};
// The caller's account, and those of the resources that a successful request touched
// (docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html, sharedEventID).
// Without a signature: the account of the role that was asked for.
std::vector<Recipient> recipients_of(const Answered& answered);
// `shared`: its sharedEventID, when it goes to several accounts; otherwise empty.
StoredEvent make_event(const Answered& answered, std::string id, const Recipient& recipient, const std::string& shared);

std::string events_prefix(std::string_view account, std::string_view region);
// In the order of happening: by the clock's second, and within it by `before`, the store's newest commit when the event
// was recorded (a frozen clock's second may be long).
std::string event_key(const Recipient& recipient, const StoredEvent& event, Sequence before);
std::string encode_event(const StoredEvent& event);
Result<StoredEvent> decode_event(std::string_view bytes);

}  // namespace orrery::cloudtrail
