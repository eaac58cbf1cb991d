#include "services/firehose/streams/stream.h"

#include "base/arn.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::firehose {
namespace {

template <class T>
json::value document_of(const std::optional<T>& value) {
  return value ? wire::to_document(wire::shape_for<T>(), &*value) : json::value();
}

template <class T>
Result<> read(const json::value& document, const char* name, std::optional<T>& out) {
  const json::value* found = find(document, name);
  if (found == nullptr || found->is_null()) return {};
  return wire::from_document(wire::shape_for<T>(), *found, &out.emplace(), false);
}

json::value millis_or_null(const std::optional<Instant>& time) {
  return time ? json::value(epoch_ms(*time)) : json::value();
}

}  // namespace

std::string StreamName::arn() const { return make_arn("firehose", region, account, "deliverystream/" + name); }

std::int64_t StreamRow::most_bytes() const { return destination.BufferingHints.SizeInMBs.value_or(5) * 1024 * 1024; }
Millis StreamRow::interval() const {
  return std::chrono::seconds(destination.BufferingHints.IntervalInSeconds.value_or(300));
}

std::string streams_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::DeliveryStream).text(account).text(region).take();
}
std::string stream_key(const StreamName& name) {
  return KeyWriter(KeyKind::DeliveryStream).text(name.account).text(name.region).text(name.name).take();
}

Result<StreamRow> decode_stream(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  StreamRow stream;
  stream.name = {text_of(document, "account"), text_of(document, "region"), text_of(document, "name")};
  stream.id = text_of(document, "id");
  stream.created = instant_from_ms(find_int(document, "created_ms").value_or(0));
  if (const auto at = find_int(document, "updated_ms")) stream.updated = instant_from_ms(*at);
  stream.version = find_int(document, "version").value_or(1);
  if (const json::value* destination = find(document, "destination")) {
    TRY(wire::from_document(wire::shape_for<ExtendedS3DestinationDescription>(), *destination, &stream.destination,
                            false));
  }
  TRY(read(document, "source", stream.source));
  stream.throughput_hint = find_int(document, "throughput_hint");
  TRY(read(document, "encryption", stream.encryption));
  return stream;
}

Result<std::optional<StreamRow>> find_stream(Reader& reader, const StreamName& name) {
  const auto bytes = TRY(reader.get(stream_key(name)));
  if (!bytes) return std::optional<StreamRow>();
  return std::optional<StreamRow>(TRY(decode_stream(*bytes)));
}

Result<StreamRow> existing_stream(Reader& reader, const Call& call, const std::string& name) {
  auto stream = TRY(find_stream(reader, {call.account, call.region, name}));
  if (stream) return *std::move(stream);
  return fail(errors::ResourceNotFoundException("Firehose " + name + " under account " + call.account + " not found."));
}

std::string encode_stream(const StreamRow& stream) {
  return encode_record(json::object{
      {"account", stream.name.account},
      {"region", stream.name.region},
      {"name", stream.name.name},
      {"id", stream.id},
      {"created_ms", epoch_ms(stream.created)},
      {"updated_ms", millis_or_null(stream.updated)},
      {"version", stream.version},
      {"destination", wire::to_document(wire::shape_for<ExtendedS3DestinationDescription>(), &stream.destination)},
      {"source", document_of(stream.source)},
      {"throughput_hint", stream.throughput_hint ? json::value(*stream.throughput_hint) : json::value()},
      {"encryption", document_of(stream.encryption)}});
}

Result<> put_stream(Transaction& tx, const StreamRow& stream) {
  return tx.put(stream_key(stream.name), encode_stream(stream));
}

std::string buffer_prefix(const StreamRow& stream) {
  return KeyWriter(KeyKind::DeliveryRecord).text(stream.name.account).text(stream.name.region).text(stream.id).take();
}
std::string counter_key(const StreamRow& stream) { return buffer_prefix(stream); }
std::string record_key(const StreamRow& stream, std::uint64_t place) {
  return KeyWriter(KeyKind::DeliveryRecord)
      .text(stream.name.account)
      .text(stream.name.region)
      .text(stream.id)
      .u64(place)
      .take();
}
// At the place 0, where there is no record.
std::string checkpoint_key(const StreamRow& stream, std::string_view shard) {
  return KeyWriter(KeyKind::DeliveryRecord)
      .text(stream.name.account)
      .text(stream.name.region)
      .text(stream.id)
      .u64(0)
      .text(shard)
      .take();
}

}  // namespace orrery::firehose
