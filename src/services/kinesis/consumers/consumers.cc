#include "services/kinesis/consumers/consumers.h"

#include "services/kinesis/consumers/subscriptions.h"
#include "services/kinesis/operations.h"
#include "services/record.h"
#include "store/key.h"

#include <charconv>

namespace orrery::kinesis {
namespace {

constexpr std::string_view kConsumer = "/consumer/";

std::string consumers_prefix(const StreamName& stream) {
  return KeyWriter(KeyKind::KinesisConsumer).text(stream.account).text(stream.region).text(stream.name).take();
}
std::string consumer_key(const StreamName& stream, std::string_view name) {
  return KeyWriter(KeyKind::KinesisConsumer)
      .text(stream.account)
      .text(stream.region)
      .text(stream.name)
      .text(name)
      .take();
}

Result<ConsumerRow> decode(const StreamName& stream, std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  return ConsumerRow{stream, text_of(document, "name"), instant_from_ms(find_int(document, "created_ms").value_or(0))};
}

}  // namespace

std::string ConsumerRow::arn() const { return ConsumerName{stream, name, epoch_ms(created) / 1000}.arn(); }
std::string ConsumerName::arn() const {
  return stream.arn() + std::string(kConsumer) + name + ":" + std::to_string(created_s);
}

std::optional<ConsumerName> parse_consumer_arn(std::string_view text) {
  const auto mark = text.find(kConsumer);
  if (mark == std::string_view::npos) return std::nullopt;
  auto stream = parse_stream_arn(text.substr(0, mark));
  const std::string_view rest = text.substr(mark + kConsumer.size());
  const auto colon = rest.rfind(':');
  if (!stream || colon == std::string_view::npos) return std::nullopt;
  ConsumerName out{*std::move(stream), std::string(rest.substr(0, colon))};
  const auto read = std::from_chars(rest.data() + colon + 1, rest.data() + rest.size(), out.created_s);
  if (read.ec != std::errc() || read.ptr != rest.data() + rest.size() || text != out.arn()) return std::nullopt;
  return out;
}

Result<std::vector<ConsumerRow>> consumers_of(Reader& reader, const StreamName& stream) {
  std::vector<ConsumerRow> out;
  const auto cursor = reader.scan(prefix_range(consumers_prefix(stream)));
  while (cursor->next()) out.push_back(TRY(decode(stream, cursor->value())));
  TRY(cursor->status());
  return out;
}

Result<std::optional<ConsumerRow>> find_consumer(Reader& reader, const StreamName& stream, std::string_view name) {
  const auto bytes = TRY(reader.get(consumer_key(stream, name)));
  if (!bytes) return std::optional<ConsumerRow>();
  return std::optional<ConsumerRow>(TRY(decode(stream, *bytes)));
}

Result<std::optional<ConsumerRow>> find_consumer(Reader& reader, const ConsumerName& name, std::string_view region) {
  if (name.stream.region != region) return std::optional<ConsumerRow>();
  auto found = TRY(find_consumer(reader, name.stream, name.name));
  if (found && epoch_ms(found->created) / 1000 != name.created_s) return std::optional<ConsumerRow>();
  return found;
}

Result<> put_consumer(Transaction& tx, const ConsumerRow& consumer) {
  return orrery::put_record(tx, consumer_key(consumer.stream, consumer.name),
                            json::object{{"name", consumer.name}, {"created_ms", epoch_ms(consumer.created)}});
}

Result<> erase_consumer(Kinesis& kinesis, Transaction& tx, const ConsumerRow& consumer) {
  TRY(tx.erase(policy_key(consumer.arn())));
  TRY(erase_tags(tx, consumer.arn()));
  tx.on_commit([&kinesis, arn = consumer.arn()] { kinesis.subscriptions->wake(arn); });
  return tx.erase(consumer_key(consumer.stream, consumer.name));
}

}  // namespace orrery::kinesis
