#include "services/logs/records.h"

#include "base/arn.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::logs {
namespace {

std::uint64_t number_of(const json::value& document, std::string_view name) {
  return static_cast<std::uint64_t>(find_int(document, name).value_or(0));
}

json::value or_null(const std::optional<std::int64_t>& value) { return value ? json::value(*value) : json::value(); }

Result<std::uint64_t> count_up(Transaction& tx, const std::string& key) {
  const auto bytes = TRY(tx.get(key));
  // A counter is a key of its own kind of tuple: one number after a byte that KeyReader skips.
  std::uint64_t last = 0;
  if (bytes) last = KeyReader(*bytes).u64();
  TRY(tx.put(key, KeyWriter(KeyKind::LogCounter).u64(last + 1).take()));
  return last + 1;
}

}  // namespace

std::string group_arn(const Call& call, std::string_view group) {
  return make_arn("logs", call.region, call.account, "log-group:" + std::string(group));
}
std::string stream_arn(const Call& call, std::string_view group, std::string_view stream) {
  return group_arn(call, group) + ":log-stream:" + std::string(stream);
}

std::string groups_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::LogGroup).text(account).text(region).take();
}
std::string group_key(std::string_view account, std::string_view region, std::string_view group) {
  return KeyWriter(KeyKind::LogGroup).text(account).text(region).text(group).take();
}
std::string streams_prefix(std::uint64_t group) { return KeyWriter(KeyKind::LogStream).u64(group).take(); }
std::string stream_key(std::uint64_t group, std::string_view stream) {
  return KeyWriter(KeyKind::LogStream).u64(group).text(stream).take();
}
std::string stream_name_key(std::uint64_t group, std::uint64_t stream) {
  return KeyWriter(KeyKind::LogStreamName).u64(group).u64(stream).take();
}
Result<GroupRecord> decode_group(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  GroupRecord group;
  group.account = text_of(document, "account");
  group.region = text_of(document, "region");
  group.name = text_of(document, "name");
  group.number = number_of(document, "number");
  group.created = instant_from_ms(find_int(document, "created_ms").value_or(0));
  group.retention_days = find_int(document, "retention_days").value_or(0);
  group.log_class = text_of(document, "class");
  group.deletion_protection = find_bool(document, "deletion_protection").value_or(false);
  return group;
}

Result<std::optional<GroupRecord>> get_group(Reader& reader, std::string_view account, std::string_view region,
                                             std::string_view group) {
  const auto bytes = TRY(reader.get(group_key(account, region, group)));
  if (!bytes) return std::optional<GroupRecord>();
  return std::optional<GroupRecord>(TRY(decode_group(*bytes)));
}

Result<> put_group(Transaction& tx, const GroupRecord& group) {
  return put_record(tx, group_key(group.account, group.region, group.name),
                    json::object{{"account", group.account},
                                 {"region", group.region},
                                 {"name", group.name},
                                 {"number", static_cast<std::int64_t>(group.number)},
                                 {"created_ms", epoch_ms(group.created)},
                                 {"retention_days", group.retention_days},
                                 {"class", group.log_class},
                                 {"deletion_protection", group.deletion_protection}});
}

Result<StreamRecord> decode_stream(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  StreamRecord stream;
  stream.name = text_of(document, "name");
  stream.number = number_of(document, "number");
  stream.created = instant_from_ms(find_int(document, "created_ms").value_or(0));
  stream.first_event_ms = find_int(document, "first_ms");
  stream.last_event_ms = find_int(document, "last_ms");
  stream.last_ingestion_ms = find_int(document, "ingestion_ms").value_or(0);
  stream.bytes = find_int(document, "bytes").value_or(0);
  stream.next_counter = number_of(document, "next");
  return stream;
}

Result<std::optional<StreamRecord>> get_stream(Reader& reader, std::uint64_t group, std::string_view stream) {
  const auto bytes = TRY(reader.get(stream_key(group, stream)));
  if (!bytes) return std::optional<StreamRecord>();
  return std::optional<StreamRecord>(TRY(decode_stream(*bytes)));
}

Result<> put_stream(Transaction& tx, std::uint64_t group, const StreamRecord& stream) {
  return put_record(tx, stream_key(group, stream.name),
                    json::object{{"name", stream.name},
                                 {"number", static_cast<std::int64_t>(stream.number)},
                                 {"created_ms", epoch_ms(stream.created)},
                                 {"first_ms", or_null(stream.first_event_ms)},
                                 {"last_ms", or_null(stream.last_event_ms)},
                                 {"ingestion_ms", stream.last_ingestion_ms},
                                 {"bytes", stream.bytes},
                                 {"next", static_cast<std::int64_t>(stream.next_counter)}});
}

Result<std::optional<std::string>> stream_name(Reader& reader, std::uint64_t group, std::uint64_t stream) {
  return reader.get(stream_name_key(group, stream));
}

Result<std::uint64_t> next_group_number(Transaction& tx) { return count_up(tx, KeyWriter(KeyKind::LogCounter).take()); }
Result<std::uint64_t> next_stream_number(Transaction& tx, std::uint64_t group) {
  return count_up(tx, KeyWriter(KeyKind::LogCounter).u64(group).take());
}

}  // namespace orrery::logs
