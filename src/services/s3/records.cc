#include "services/s3/records.h"

#include "base/encode.h"
#include "services/record.h"
#include "services/s3/errors.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::s3 {
namespace {

// An object's record: this byte, the length of the JSON document in four bytes (big-endian), the document, the body.
constexpr char kObjectVersion = 1;
constexpr std::size_t kObjectHead = 5;

Instant instant_of(const json::value& document, std::string_view name) {
  return instant_from_ms(find_int(document, name).value_or(0));
}

json::object document_of(const ObjectRecord& object) {
  json::object document{{"size", object.size}, {"etag", object.etag}, {"modified", epoch_ms(object.last_modified)}};
  if (!object.checksum.empty()) {
    document["algorithm"] = object.checksum_algorithm;
    document["checksum"] = object.checksum;
  }
  if (object.storage_class != "STANDARD") document["class"] = object.storage_class;
  if (!object.blob.empty()) document["blob"] = object.blob;
  json::object headers;
  for (const auto& [name, value] : object.headers) headers[name] = value;
  if (!headers.empty()) document["headers"] = std::move(headers);
  json::object metadata;
  for (const auto& [name, value] : object.metadata) metadata[name] = value;
  if (!metadata.empty()) document["metadata"] = std::move(metadata);
  return document;
}

std::string without_terminator(std::string encoded) {
  encoded.resize(encoded.size() - 2);  // KeyWriter::text ends with two bytes
  return encoded;
}

}  // namespace

std::optional<std::string> ObjectRecord::header(std::string_view name) const {
  const auto found =
      std::ranges::find(headers, name, [](const auto& header) { return std::string_view(header.first); });
  return found == headers.end() ? std::nullopt : std::optional(found->second);
}

std::string bucket_key(std::string_view bucket) { return KeyWriter(KeyKind::Bucket).text(bucket).take(); }
KeyRange buckets_range(std::string_view prefix) { return prefix_range(without_terminator(bucket_key(prefix))); }
std::string object_key(std::string_view bucket, std::string_view key) {
  return KeyWriter(KeyKind::Object).text(bucket).text(key).take();
}
KeyRange objects_range(std::string_view bucket, std::string_view prefix) {
  return prefix_range(without_terminator(object_key(bucket, prefix)));
}
std::string key_of(std::string_view store_key) {
  KeyReader reader(store_key);
  reader.text();
  return reader.text();
}

std::string encode_bucket(const BucketRecord& bucket) {
  json::object document{{"name", bucket.name},
                        {"account", bucket.account},
                        {"region", bucket.region},
                        {"created", epoch_ms(bucket.created)}};
  if (!bucket.location.empty()) document["location"] = bucket.location;
  return encode_record(document);
}

Result<BucketRecord> decode_bucket(std::string_view bytes) {
  const json::value document = TRY(decode_record(bytes));
  BucketRecord bucket;
  bucket.name = text_of(document, "name");
  bucket.account = text_of(document, "account");
  bucket.region = text_of(document, "region");
  bucket.location = text_of(document, "location");
  bucket.created = instant_of(document, "created");
  return bucket;
}

std::string encode_object(const ObjectRecord& object) {
  const std::string document = json::serialize(document_of(object));
  std::string bytes;
  bytes.reserve(kObjectHead + document.size() + object.body.size());
  bytes += kObjectVersion;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(document.size() >> shift & 0xff);
  return bytes.append(document).append(object.body);
}

Result<ObjectRecord> decode_object(std::string_view bytes, WithBody with_body) {
  if (bytes.size() < kObjectHead || bytes[0] != kObjectVersion) {
    return fail(internal_error("corrupt object record: unknown version"));
  }
  std::size_t length = 0;
  for (std::size_t i = 1; i < kObjectHead; ++i) length = length << 8 | static_cast<unsigned char>(bytes[i]);
  if (length > bytes.size() - kObjectHead) return fail(internal_error("corrupt object record: it ends too early"));
  const json::value document = TRY(parse_json(bytes.substr(kObjectHead, length)));

  ObjectRecord object;
  object.size = static_cast<std::uint64_t>(find_int(document, "size").value_or(0));
  object.etag = text_of(document, "etag");
  object.last_modified = instant_of(document, "modified");
  object.checksum_algorithm = text_of(document, "algorithm");
  object.checksum = text_of(document, "checksum");
  if (const auto storage = find_string(document, "class")) object.storage_class = *storage;
  object.blob = text_of(document, "blob");
  if (const json::value* headers = find(document, "headers"); headers != nullptr && headers->is_object()) {
    for (const auto& [name, value] : headers->get_object()) {
      object.headers.emplace_back(name, value.is_string() ? std::string(value.get_string()) : std::string());
    }
  }
  if (const json::value* metadata = find(document, "metadata"); metadata != nullptr && metadata->is_object()) {
    for (const auto& [name, value] : metadata->get_object()) {
      object.metadata[name] = value.is_string() ? std::string(value.get_string()) : std::string();
    }
  }
  if (with_body == WithBody::Yes) object.body = bytes.substr(kObjectHead + length);
  return object;
}

Result<std::optional<BucketRecord>> find_bucket(Reader& reader, std::string_view bucket) {
  const auto bytes = TRY(reader.get(bucket_key(bucket)));
  if (!bytes) return std::optional<BucketRecord>();
  return std::optional<BucketRecord>(TRY(decode_bucket(*bytes)));
}

Result<std::optional<ObjectRecord>> find_object(Reader& reader, std::string_view bucket, std::string_view key,
                                                WithBody with_body) {
  const auto bytes = TRY(reader.get(object_key(bucket, key)));
  if (!bytes) return std::optional<ObjectRecord>();
  return std::optional<ObjectRecord>(TRY(decode_object(*bytes, with_body)));
}

Result<BucketRecord> own_bucket(Reader& reader, const Call& call, const std::string& bucket,
                                const std::optional<std::string>& expected_owner) {
  auto found = TRY(find_bucket(reader, bucket));
  if (!found) return fail(no_such_bucket(bucket));
  const bool expected = !expected_owner || *expected_owner == found->account;
  // Only a bucket policy could let another account in, and buckets have none yet.
  if (found->account != call.account || !expected) return fail(access_denied());
  return *std::move(found);
}

Owner owner_of(std::string_view account) {
  Owner owner;
  owner.ID = hex(view(sha256("orrery canonical user " + std::string(account))));
  return owner;
}

}  // namespace orrery::s3
