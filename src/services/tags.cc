#include "services/tags.h"

#include "services/record.h"
#include "store/key.h"

namespace orrery {
namespace {

std::string tags_key(std::string_view arn) { return KeyWriter(KeyKind::Tags).text(arn).take(); }

Result<> write_tags(Transaction& tx, std::string_view arn, const TagMap& tags) {
  if (tags.empty()) return tx.erase(tags_key(arn));
  json::object document;
  for (const auto& [key, value] : tags) document[key] = value;
  return put_record(tx, tags_key(arn), document);
}

}  // namespace

Result<TagMap> get_tags(Reader& reader, std::string_view arn) {
  TagMap tags;
  const auto record = TRY(get_record(reader, tags_key(arn)));
  if (!record) return tags;
  for (const auto& [key, value] : record->as_object()) tags[std::string(key)] = std::string(value.as_string());
  return tags;
}

Result<TagMap> add_tags(Transaction& tx, std::string_view arn, const TagMap& tags) {
  TagMap all = TRY(get_tags(tx, arn));
  for (const auto& [key, value] : tags) all[key] = value;
  TRY(write_tags(tx, arn, all));
  return all;
}

Result<> remove_tags(Transaction& tx, std::string_view arn, std::span<const std::string> keys) {
  TagMap all = TRY(get_tags(tx, arn));
  for (const auto& key : keys) all.erase(key);
  return write_tags(tx, arn, all);
}

Result<> erase_tags(Transaction& tx, std::string_view arn) { return tx.erase(tags_key(arn)); }

}  // namespace orrery
