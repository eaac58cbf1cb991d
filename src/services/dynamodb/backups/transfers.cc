#include "services/dynamodb/backups/transfers.h"

#include "services/record.h"
#include "store/key.h"

namespace orrery::dynamodb {
namespace {

template <class Description>
std::string encode_transfer(const Transfer<Description>& transfer) {
  json::object document;
  document["description"] = wire::to_document(wire::shape_for<Description>(), &transfer.description);
  document["principal"] = principal_document(transfer.principal);
  document["digest"] = transfer.digest;
  return encode_record(document);
}

template <class Description>
Result<Transfer<Description>> decode_transfer(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  const json::value* description = find(document, "description");
  const json::value* principal = find(document, "principal");
  if (description == nullptr || principal == nullptr) return fail(internal_error("corrupt record: export or import"));
  Transfer<Description> transfer;
  TRY(wire::from_document(wire::shape_for<Description>(), *description, &transfer.description, false));
  transfer.principal = read_principal(*principal);
  transfer.digest = text_of(document, "digest");
  return transfer;
}

std::string without_quotes(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

}  // namespace

std::string export_key(const TableThing& thing) {
  return KeyWriter(KeyKind::TableExport)
      .text(thing.table.account)
      .text(thing.table.region)
      .text(thing.table.name)
      .text(thing.id)
      .take();
}
std::string exports_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::TableExport).text(account).text(region).take();
}
std::string exports_prefix(const TableName& table) {
  return KeyWriter(KeyKind::TableExport).text(table.account).text(table.region).text(table.name).take();
}
std::string import_key(std::string_view account, std::string_view region, std::string_view id) {
  return KeyWriter(KeyKind::TableImport).text(account).text(region).text(id).take();
}
std::string imports_prefix(std::string_view account, std::string_view region) {
  return KeyWriter(KeyKind::TableImport).text(account).text(region).take();
}

std::string encode(const Export& transfer) { return encode_transfer(transfer); }
std::string encode(const Import& transfer) { return encode_transfer(transfer); }
Result<Export> decode_export(std::string_view bytes) { return decode_transfer<ExportDescription>(bytes); }
Result<Import> decode_import(std::string_view bytes) { return decode_transfer<ImportTableDescription>(bytes); }

Message transfer_message(std::string_view kind, const TableThing& thing, std::uint64_t table_number, Instant now) {
  json::object payload;
  put_name(payload, thing.table);
  payload["id"] = thing.id;
  payload["number"] = table_number;
  Message message;
  message.kind = kind;
  message.id = thing.arn();
  message.due = message.created = now;
  message.payload = json::serialize(payload);
  return message;
}

Result<TransferJob> transfer_of(std::string_view kind, const Message& message) {
  const json::value payload = TRY(parse_json(message.payload));
  return TransferJob{{name_in(payload), kind, text_of(payload, "id")},
                     static_cast<std::uint64_t>(find_int(payload, "number").value_or(0))};
}

Result<> check_bucket_access(const Call& call, Reader& reader, const std::string& bucket, std::string_view action,
                             const std::string& key) {
  if (call.authorizer == nullptr) return {};
  std::string arn = "arn:aws:s3:::" + bucket;
  if (!key.empty()) arn += "/" + key;
  return call.authorizer->check(reader, call, {std::string(action), arn, {}});
}

json::object Bucket::request(std::string_view key_member, const std::string& key) const {
  json::object input{{"Bucket", name_}};
  input[key_member] = key;
  if (owner_) input["ExpectedBucketOwner"] = *owner_;
  return input;
}

Result<std::string> Bucket::put(const std::string& key, std::string_view body, std::string_view content_type) {
  json::object input = request("Key", key);
  input["ContentType"] = content_type;
  const json::value output = TRY(dynamodb_.store.transact(
      [&](Transaction& tx) { return dynamodb_.dispatcher.upload(tx, caller_, "s3", "PutObject", input, body); }));
  return without_quotes(find_string(output, "ETag").value_or(""));
}

Result<std::vector<Bucket::Listed>> Bucket::list(const std::string& prefix, const std::string& after) {
  json::object input = request("Prefix", prefix);
  if (!after.empty()) input["StartAfter"] = after;
  const json::value output = TRY(dynamodb_.store.transact(
      [&](Transaction& tx) { return dynamodb_.dispatcher.dispatch(tx, caller_, "s3", "ListObjectsV2", input); }));
  std::vector<Listed> listed;
  const json::value* contents = find(output, "Contents");
  if (contents == nullptr || !contents->is_array()) return listed;
  for (const json::value& one : contents->get_array()) {
    listed.push_back(
        {text_of(one, "Key"), text_of(one, "ETag"), static_cast<std::uint64_t>(find_int(one, "Size").value_or(0))});
  }
  return listed;
}

Result<std::string> Bucket::read(const Listed& object, std::uint64_t offset, std::size_t length) {
  if (offset >= object.size) return std::string();
  json::object input = request("Key", object.key);
  input["Range"] = "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + length - 1);
  input["IfMatch"] = object.etag;
  return dynamodb_.store.transact(
      [&](Transaction& tx) { return dynamodb_.dispatcher.fetch(tx, caller_, "s3", "GetObject", input, length); });
}

std::string failure_code(const Error& error) { return "S3" + error.code; }

}  // namespace orrery::dynamodb
