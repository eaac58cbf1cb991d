#include "services/events/operations.h"
#include "services/events/pages.h"
#include "services/paging.h"
#include "services/tags.h"
#include "store/key.h"

namespace orrery::events {
namespace {

constexpr std::size_t kMostBuses = 100;  // an account and region, the default quota

Error not_there(const BusName& bus) {
  return errors::ResourceNotFoundException("Event bus " + bus.name + " does not exist.");
}

// What would have no effect is refused rather than kept.
template <class Input>
Result<> check_settings(const Input& input) {
  const auto absent = [](std::string_view what, std::string_view why) {
    return fail(api_error("NotImplemented",
                          "Orrery does not implement " + std::string(what) + " of event buses: " + std::string(why),
                          501));
  };
  if (input.KmsKeyIdentifier && !input.KmsKeyIdentifier->empty()) {
    return absent("KmsKeyIdentifier", "it has no key service.");
  }
  if (input.DeadLetterConfig && input.DeadLetterConfig->Arn)
    return absent("DeadLetterConfig", "it is for failures of a key service.");
  if (input.LogConfig && input.LogConfig->Level.value_or(std::string(Level::OFF)) != Level::OFF) {
    return absent("LogConfig", "there is no log delivery that could take the lines.");
  }
  return {};
}

template <class Input>
void keep_settings(const Input& input, BusRecord& record) {
  if (input.Description) record.description = *input.Description;
  if (!input.LogConfig) return;
  record.log_level = input.LogConfig->Level.value_or("");
  record.log_detail = input.LogConfig->IncludeDetail.value_or("");
}

template <class Output>
void show_settings(const BusRecord& record, Output& output) {
  output.Description = unless_empty(record.description);
  if (record.log_level.empty() && record.log_detail.empty()) return;
  output.LogConfig.emplace();
  output.LogConfig->Level = unless_empty(record.log_level);
  output.LogConfig->IncludeDetail = unless_empty(record.log_detail);
}

EventBus shown(const BusName& bus, const BusRecord& record) {
  EventBus out;
  out.Name = bus.name;
  out.Arn = bus.arn();
  out.Description = unless_empty(record.description);
  out.Policy = unless_empty(record.policy);
  out.CreationTime = record.created;
  out.LastModifiedTime = record.modified;
  return out;
}

}  // namespace

Result<> check_bus(Reader& reader, const Call& call, const BusName& bus) {
  if (bus.region != call.region) return fail(not_there(bus));
  if (bus.is_default()) return {};
  if (!TRY(reader.get(bus_key(bus)))) return fail(not_there(bus));
  return {};
}

Result<CreateEventBusResponse> create_event_bus(Call& call, Transaction& tx, const CreateEventBusRequest& input) {
  if (input.EventSourceName) {
    return fail(errors::ResourceNotFoundException("Event source " + *input.EventSourceName + " does not exist."));
  }
  if (input.Name.find('/') != std::string::npos) return fail(not_valid("Event bus name must not contain '/'."));
  TRY(check_settings(input));
  const BusName bus{call.account, call.region, input.Name};
  const auto there = TRY(tx.get(bus_key(bus)));
  if (bus.is_default() || there) {
    return fail(errors::ResourceAlreadyExistsException("Event bus " + bus.name + " already exists."));
  }
  if (TRY(count_keys(tx, buses_prefix(bus.account, bus.region), kMostBuses)) == kMostBuses) return fail(over_quota());
  BusRecord record;
  keep_settings(input, record);
  record.created = record.modified = call.now;
  TRY(put_bus(tx, bus, record));
  TRY(mark_rules_changed(tx, *call.random, bus));
  TRY(put_first_tags(tx, bus.arn(), input.Tags));
  CreateEventBusResponse output;
  output.EventBusArn = bus.arn();
  show_settings(record, output);
  return output;
}

Result<DescribeEventBusResponse> describe_event_bus(Call& call, Reader& reader, const DescribeEventBusRequest& input) {
  const BusName bus = bus_of(call, input.Name);
  TRY(check_bus(reader, call, bus));
  const BusRecord record = TRY(get_bus(reader, bus)).value_or(BusRecord());
  DescribeEventBusResponse output;
  output.Name = bus.name;
  output.Arn = bus.arn();
  output.Policy = unless_empty(record.policy);
  output.CreationTime = record.created;
  output.LastModifiedTime = record.modified;
  show_settings(record, output);
  return output;
}

// The default bus has a record only once something was set: it is put where it belongs in the order of names.
Result<ListEventBusesResponse> list_event_buses(Call& call, Reader& reader, const ListEventBusesRequest& input) {
  const BusName default_bus{call.account, call.region};
  const std::string named = input.NamePrefix.value_or("");
  const std::string prefix = buses_prefix(call.account, call.region);
  const std::int64_t limit = input.Limit.value_or(100);
  const KeyRange range = TRY(page_range(prefix, input.NextToken));
  ListEventBusesResponse output;
  output.EventBuses.emplace();
  const auto full = [&] { return static_cast<std::int64_t>(output.EventBuses->size()) == limit; };
  bool pending = kDefaultBus.starts_with(named) && range.begin <= bus_key(default_bus);
  const auto cursor = reader.scan(range);
  for (;;) {
    const bool more = cursor->next();
    if (pending && (!more || cursor->key() >= bus_key(default_bus))) {
      pending = false;
      if (full()) {
        output.NextToken = page_token(bus_key(default_bus));
        return output;
      }
      const bool recorded = more && cursor->key() == bus_key(default_bus);
      BusRecord record;
      if (recorded) record = TRY(decode_bus(cursor->value()));
      output.EventBuses->push_back(shown(default_bus, record));
      if (recorded) continue;
    }
    if (!more) break;
    KeyReader key(cursor->key());
    BusName bus{key.text(), key.text(), key.text()};
    if (!bus.name.starts_with(named)) continue;
    if (full()) {
      output.NextToken = page_token(cursor->key());
      return output;
    }
    output.EventBuses->push_back(shown(bus, TRY(decode_bus(cursor->value()))));
  }
  TRY(cursor->status());
  return output;
}

Result<UpdateEventBusResponse> update_event_bus(Call& call, Transaction& tx, const UpdateEventBusRequest& input) {
  const BusName bus = bus_of(call, input.Name);
  TRY(check_bus(tx, call, bus));
  TRY(check_settings(input));
  BusRecord record = TRY(get_bus(tx, bus)).value_or(BusRecord());
  keep_settings(input, record);
  record.modified = call.now;
  TRY(put_bus(tx, bus, record));
  UpdateEventBusResponse output;
  output.Arn = bus.arn();
  output.Name = bus.name;
  show_settings(record, output);
  return output;
}

Result<wire::Empty> delete_event_bus(Call& call, Transaction& tx, const DeleteEventBusRequest& input) {
  const BusName bus = bus_of(call, input.Name);
  if (bus.is_default()) return fail(not_valid("Cannot delete event bus default."));
  if (!TRY(tx.get(bus_key(bus)))) return wire::Empty{};  // as the real service: deleting what is not there succeeds
  if (TRY(count_keys(tx, rules_prefix(bus), 1)) > 0) {
    return fail(not_valid("Event bus can't be deleted since it has rules."));
  }
  TRY(tx.erase(bus_key(bus)));
  TRY(mark_rules_changed(tx, *call.random, bus));
  TRY(erase_tags(tx, bus.arn()));
  return wire::Empty{};
}

}  // namespace orrery::events
