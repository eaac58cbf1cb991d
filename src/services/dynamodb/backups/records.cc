#include "services/dynamodb/backups/records.h"

#include "base/arn.h"
#include "services/record.h"
#include "store/key.h"

#include <fmt/format.h>

namespace orrery::dynamodb {
namespace {

template <class T>
json::value document_of(const T& value) {
  return wire::to_document(wire::shape_for<T>(), &value);
}

SourceTableDetails source_details(const BackupRecord& record) {
  const TableDescription& table = record.table;
  SourceTableDetails out;
  out.TableName = table.TableName.value_or("");
  out.TableId = table.TableId.value_or("");
  out.TableArn = table.TableArn;
  out.TableSizeBytes = record.details.BackupSizeBytes;
  out.KeySchema = table.KeySchema.value_or(std::vector<KeySchemaElement>());
  out.TableCreationDateTime = table.CreationDateTime.value_or(Instant());
  if (table.ProvisionedThroughput) {
    out.ProvisionedThroughput = {table.ProvisionedThroughput->ReadCapacityUnits.value_or(0),
                                 table.ProvisionedThroughput->WriteCapacityUnits.value_or(0)};
  }
  out.OnDemandThroughput = table.OnDemandThroughput;
  out.ItemCount = record.items;
  out.BillingMode = BillingMode::PROVISIONED;
  if (table.BillingModeSummary && table.BillingModeSummary->BillingMode) {
    out.BillingMode = table.BillingModeSummary->BillingMode;
  }
  return out;
}

SourceTableFeatureDetails source_features(const BackupRecord& record) {
  const TableDescription& table = record.table;
  SourceTableFeatureDetails out;
  if (table.LocalSecondaryIndexes) {
    for (const auto& index : *table.LocalSecondaryIndexes) {
      if (!out.LocalSecondaryIndexes) out.LocalSecondaryIndexes.emplace();
      LocalSecondaryIndexInfo& info = out.LocalSecondaryIndexes->emplace_back();
      info.IndexName = index.IndexName;
      info.KeySchema = index.KeySchema;
      info.Projection = index.Projection;
    }
  }
  if (table.GlobalSecondaryIndexes) {
    for (const auto& index : *table.GlobalSecondaryIndexes) {
      GlobalSecondaryIndexInfo info;
      info.IndexName = index.IndexName;
      info.KeySchema = index.KeySchema;
      info.Projection = index.Projection;
      if (index.ProvisionedThroughput) {
        info.ProvisionedThroughput = ProvisionedThroughput{index.ProvisionedThroughput->ReadCapacityUnits.value_or(0),
                                                           index.ProvisionedThroughput->WriteCapacityUnits.value_or(0)};
      }
      info.OnDemandThroughput = index.OnDemandThroughput;
      if (!out.GlobalSecondaryIndexes) out.GlobalSecondaryIndexes.emplace();
      out.GlobalSecondaryIndexes->push_back(std::move(info));
    }
  }
  out.StreamDescription = table.StreamSpecification;
  if (!record.expiry_attribute.empty()) {
    out.TimeToLiveDescription = TimeToLiveDescription{std::string(TimeToLiveStatus::ENABLED), record.expiry_attribute};
  }
  out.SSEDescription = table.SSEDescription;
  return out;
}

}  // namespace

std::string timed_id(Instant now, Random& random) {
  return fmt::format("{:014d}-{}", epoch_ms(now), random.token(8, kLowerHex));
}

std::string TableThing::arn() const {
  return make_arn("dynamodb", table.region, table.account, "table/" + table.name + "/" + std::string(kind) + "/" + id);
}

std::optional<TableThing> parse_thing(std::string_view kind, std::string_view text) {
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "dynamodb" || !arn->resource.starts_with("table/")) return std::nullopt;
  const std::string_view resource = std::string_view(arn->resource).substr(std::string_view("table/").size());
  const std::string middle = "/" + std::string(kind) + "/";
  const std::size_t at = resource.find(middle);
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  const std::string_view id = resource.substr(at + middle.size());
  if (id.empty() || id.find('/') != std::string_view::npos) return std::nullopt;
  return TableThing{{arn->account, arn->region, std::string(resource.substr(0, at))}, kind, std::string(id)};
}

std::string backup_key(const TableThing& backup) {
  return KeyWriter(KeyKind::Backup)
      .text(backup.table.account)
      .text(backup.table.region)
      .text(backup.table.name)
      .text(backup.id)
      .take();
}
std::string backups_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::Backup).text(account).text(region).take();
}
std::string backups_prefix(const TableName& table) {
  return KeyWriter(KeyKind::Backup).text(table.account).text(table.region).text(table.name).take();
}
TableThing backup_of_key(std::string_view key) {
  KeyReader reader(key);
  TableThing out;
  out.kind = "backup";
  out.table.account = reader.text();
  out.table.region = reader.text();
  out.table.name = reader.text();
  out.id = reader.text();
  return out;
}

std::string encode_backup(const BackupRecord& record) {
  json::object document;
  document["details"] = document_of(record.details);
  document["table"] = document_of(record.table);
  if (!record.expiry_attribute.empty()) document["expiry"] = record.expiry_attribute;
  document["items"] = record.items;
  if (!record.blob.empty()) document["blob"] = record.blob;
  return encode_record(document);
}

Result<BackupRecord> decode_backup(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  const json::value* details = find(document, "details");
  const json::value* table = find(document, "table");
  if (details == nullptr || table == nullptr) return fail(internal_error("corrupt record: backup"));
  BackupRecord record;
  TRY(wire::from_document(wire::shape_for<BackupDetails>(), *details, &record.details, false));
  TRY(wire::from_document(wire::shape_for<TableDescription>(), *table, &record.table, false));
  record.expiry_attribute = text_of(document, "expiry");
  record.items = find_int(document, "items").value_or(0);
  record.blob = text_of(document, "blob");
  return record;
}

Result<std::optional<BackupRecord>> find_backup(Reader& reader, const TableThing& backup) {
  const auto bytes = TRY(reader.get(backup_key(backup)));
  if (!bytes) return std::optional<BackupRecord>();
  return std::optional<BackupRecord>(TRY(decode_backup(*bytes)));
}

Result<BackupRecord> existing_backup(Reader& reader, const Call& call, const std::string& arn) {
  const auto backup = parse_thing("backup", arn);
  std::optional<BackupRecord> record;
  if (backup && backup->table.account == call.account) record = TRY(find_backup(reader, *backup));
  if (!record) return fail(errors::BackupNotFoundException("Backup not found: " + arn));
  return *std::move(record);
}

BackupDescription describe(const BackupRecord& record) {
  BackupDescription out;
  out.BackupDetails = record.details;
  out.SourceTableDetails = source_details(record);
  out.SourceTableFeatureDetails = source_features(record);
  return out;
}

void put_name(json::object& document, const TableName& name) {
  document["account"] = name.account;
  document["region"] = name.region;
  document["name"] = name.name;
}
TableName name_in(const json::value& document) {
  return {text_of(document, "account"), text_of(document, "region"), text_of(document, "name")};
}
}  // namespace orrery::dynamodb
