#include "services/identity/uses.h"

#include "base/log.h"
#include "services/record.h"
#include "store/key.h"

#include <functional>

namespace orrery::identity {
namespace {

constexpr std::chrono::seconds kGrain{10};      // uses of the same kind within it are one
constexpr std::chrono::minutes kFlushEvery{1};  // on the Orrery's clock

std::string key_of(std::string_view subject) { return KeyWriter(KeyKind::CredentialUse).text(subject).take(); }

std::uint64_t print_of(std::string_view service, std::string_view region, Instant now) {
  const auto grain = static_cast<std::uint64_t>(now.time_since_epoch() / kGrain);
  const std::hash<std::string_view> hash;
  return (hash(service) * 31 + hash(region)) * 1'000'003 + grain + 1;
}

}  // namespace

void Uses::note(Store& store, const Credential& credential, std::string_view access_key, std::string_view service,
                std::string_view region, Instant now) {
  const std::uint64_t print = print_of(service, region, now);
  if (credential.noted.load(std::memory_order_relaxed) == print) return;
  credential.noted.store(print, std::memory_order_relaxed);
  const auto& who = *credential.principal;
  const std::string_view subject =
      who.kind == auth::Principal::Kind::RoleSession ? std::string_view(who.role_arn) : access_key;
  bool due = false;
  {
    const std::lock_guard lock(mutex_);
    pending_.insert_or_assign(std::string(subject), Use{now, std::string(service), std::string(region)});
    if (!flushed_) flushed_ = now;
    // The clock may have been wound back.
    due = now - *flushed_ >= kFlushEvery || now < *flushed_;
    if (due) flushed_ = now;
  }
  if (due) flush(store);
}

Result<std::optional<Use>> Uses::find(Reader& reader, std::string_view subject) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = pending_.find(subject); found != pending_.end()) return std::optional(found->second);
  }
  const auto record = TRY(get_record(reader, key_of(subject)));
  if (!record) return std::optional<Use>();
  return std::optional(Use{instant_from_ms(find_int(*record, "at_ms").value_or(0)),
                           std::string(find_string(*record, "service").value_or("")),
                           std::string(find_string(*record, "region").value_or(""))});
}

void Uses::flush(Store& store) {
  std::map<std::string, Use, std::less<>> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(pending_);
  }
  if (taken.empty()) return;
  const auto written = store.transact([&](Transaction& tx) -> Result<bool> {
    for (const auto& [subject, use] : taken) {
      TRY(put_record(tx, key_of(subject),
                     json::object{{"at_ms", epoch_ms(use.at)}, {"service", use.service}, {"region", use.region}}));
    }
    return true;
  });
  if (!written) log::warning("last uses of credentials were not written", {{"reason", written.error().message}});
}

}  // namespace orrery::identity
