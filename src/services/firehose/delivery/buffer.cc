#include "services/firehose/delivery/buffer.h"

#include "base/encode.h"
#include "services/record.h"
#include "store/key.h"

namespace orrery::firehose {
namespace {

std::string encode(Instant at, std::string_view data) {
  std::string out = KeyWriter(KeyKind::DeliveryRecord).u64(static_cast<std::uint64_t>(epoch_ms(at))).take();
  return out.append(data);
}

Result<Waiting> decode(std::string_view key, std::string_view value) {
  KeyReader place(key), head(value);
  for (int i = 0; i < 3; ++i) place.text();  // account, region, id
  Waiting record;
  record.place = place.u64();
  record.at = instant_from_ms(static_cast<std::int64_t>(head.u64()));
  record.data = head.rest();
  if (!place.ok() || !head.ok()) return fail(internal_error("corrupt record: delivery"));
  return record;
}

// Where the last cut was: places before it belong to batches.
std::string cut_key(const StreamRow& stream) { return checkpoint_key(stream, ""); }

json::object document_of(const StreamName& name) {
  return {{"account", name.account}, {"region", name.region}, {"name", name.name}};
}
StreamName name_in(const json::value& document) {
  return {text_of(document, "account"), text_of(document, "region"), text_of(document, "name")};
}

// With the counter's lock held, and held on to: whoever writes meanwhile comes after, and begins a new buffer.
Result<> cut(Firehose& firehose, Transaction& tx, const StreamRow& stream, Instant now) {
  const Places places = TRY(firehose.sequencer.take(tx, counter_key(stream), 0, now));
  {
    const std::lock_guard lock(firehose.mutex);
    Gathered& gathered = firehose.gathered[stream.id];
    ++gathered.cuts;
    gathered.armed = false;
    gathered.bytes = 0;
  }
  const auto bytes = TRY(tx.get(cut_key(stream)));
  const std::uint64_t first = bytes ? KeyReader(*bytes).u64() : 1;
  const std::uint64_t last = places.first - 1;
  TRY(firehose.background.disarm(tx, kCutTimer, stream.id));
  if (last < first) return {};
  TRY(tx.put(cut_key(stream), KeyWriter(KeyKind::DeliveryRecord).u64(last + 1).take()));
  json::object document = document_of(stream.name);
  document["first"] = static_cast<std::int64_t>(first);
  document["last"] = static_cast<std::int64_t>(last);
  document["row"] = base64(encode_stream(stream));
  Message message;
  message.kind = std::string(kDeliver) + "/" + stream.id;
  message.id = stream.id + "|" + std::to_string(first);
  message.due = message.created = now;
  message.payload = encode_record(document);
  return firehose.background.post(tx, message);
}

Result<> arm(Firehose& firehose, Transaction& tx, const StreamRow& stream, Instant due, std::uint64_t cuts) {
  TRY(firehose.background.arm(tx, {std::string(kCutTimer), stream.id, due, json::serialize(document_of(stream.name))}));
  // Unless the buffer was cut meanwhile, and the timer with it.
  tx.on_commit([&firehose, id = stream.id, cuts] {
    const std::lock_guard lock(firehose.mutex);
    Gathered& gathered = firehose.gathered[id];
    if (gathered.cuts == cuts) gathered.armed = true;
  });
  return {};
}

}  // namespace

std::string record_id(const StreamRow& stream, std::uint64_t place) {
  return base64(std::string(view(sha256(stream.id))) + "|" + std::to_string(place));
}

Result<Places> append(Firehose& firehose, Transaction& tx, const StreamRow& stream,
                      std::span<const std::string_view> records, Instant now) {
  const Places places = TRY(firehose.sequencer.take(tx, counter_key(stream), records.size(), now));
  std::uint64_t place = places.first;
  std::size_t bytes = 0;
  for (const std::string_view data : records) {
    TRY(tx.put(record_key(stream, place++), encode(places.at, data)));
    bytes += data.size();
  }
  Gathered gathered;
  {
    const std::lock_guard lock(firehose.mutex);
    Gathered& known = firehose.gathered[stream.id];
    known.bytes += bytes;
    gathered = known;
  }
  if (gathered.bytes >= static_cast<std::size_t>(stream.most_bytes())) {
    TRY(cut(firehose, tx, stream, now));
  } else if (!gathered.armed) {
    TRY(arm(firehose, tx, stream, now + stream.interval(), gathered.cuts));
  }
  return places;
}

Result<> on_cut_due(Firehose& firehose, Transaction& tx, const Timer& timer) {
  const auto stream = TRY(find_stream(tx, name_in(TRY(parse_json(timer.payload)))));
  if (!stream || stream->id != timer.id) return {};
  return cut(firehose, tx, *stream, timer.now);
}

Result<> close_buffer(Firehose& firehose, Transaction& tx, const StreamRow& stream, Instant now) {
  TRY(cut(firehose, tx, stream, now));
  // Of the buffer itself nothing is needed any more: nobody can put.
  TRY(tx.erase(counter_key(stream)));
  TRY(tx.erase_range({record_key(stream, 0), record_key(stream, 1)}));
  tx.on_commit([&firehose, id = stream.id] {
    const std::lock_guard lock(firehose.mutex);
    firehose.gathered.erase(id);
  });
  return {};
}

Result<Batch> open_batch(Reader& reader, const Message& message) {
  const json::value document = TRY(decode_record(message.payload));
  Batch batch;
  batch.first = static_cast<std::uint64_t>(find_int(document, "first").value_or(1));
  batch.last = static_cast<std::uint64_t>(find_int(document, "last").value_or(0));
  batch.stream = TRY(decode_stream(unbase64(text_of(document, "row")).value_or("")));
  auto now = TRY(find_stream(reader, batch.stream.name));
  if (now && now->id == batch.stream.id) batch.stream = *std::move(now);
  return batch;
}

Result<std::vector<Waiting>> records_of(Reader& reader, const Batch& batch) {
  std::vector<Waiting> out;
  const auto cursor = reader.scan({record_key(batch.stream, batch.first), record_key(batch.stream, batch.last + 1)});
  while (cursor->next()) out.push_back(TRY(decode(cursor->key(), cursor->value())));
  TRY(cursor->status());
  return out;
}

Result<> erase_records(Transaction& tx, const Batch& batch) {
  return tx.erase_range({record_key(batch.stream, batch.first), record_key(batch.stream, batch.last + 1)});
}

}  // namespace orrery::firehose
