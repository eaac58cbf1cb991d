#include "services/dynamodb/tables/tagging.h"

#include "services/dynamodb/operations.h"
#include "services/dynamodb/tables/tables.h"
#include "services/paging.h"

namespace orrery::dynamodb {
namespace {

constexpr std::size_t kTagsAPage = 10;  // as the service pages them

// Of the table that a ResourceArn names, once it is known to exist.
Result<std::string> tagged_table(Reader& reader, const Call& call, const std::string& arn) {
  const TableName name = TRY(parse_table_arn(call, arn));
  if (TRY(find_table(reader, name)) == nullptr) {  // the service's own spelling
    return fail(errors::ResourceNotFoundException("Requested resource not found: ResourcArn: " + arn + " not found"));
  }
  return name.arn();
}

Error too_many() { return validation_error("Number of Tags exceed the current limit for the provided ResourceArn"); }

}  // namespace

Result<TagMap> tags_of(const std::vector<Tag>& tags) {
  TagMap out;
  for (const Tag& tag : tags) {
    if (tag.Key.starts_with("aws:")) {
      return fail(validation_error("Tag Key cannot be prefixed with aws:, Key: " + tag.Key));
    }
    if (!out.emplace(tag.Key, tag.Value).second) {
      return fail(validation_error("Duplicate Tag Keys provided as input: Duplicate Tag Key found " + tag.Key));
    }
  }
  if (out.size() > kMaxTags) return fail(too_many());
  return out;
}

Result<wire::Empty> tag_resource(Call& call, Transaction& tx, const TagResourceInput& input) {
  if (input.Tags.empty()) return fail(validation_error("Atleast one Tag needs to be provided as Input."));
  const std::string arn = TRY(tagged_table(tx, call, input.ResourceArn));
  const TagMap all = TRY(add_tags(tx, arn, TRY(tags_of(input.Tags))));
  if (all.size() > kMaxTags) return fail(too_many());
  return wire::Empty{};
}

Result<wire::Empty> untag_resource(Call& call, Transaction& tx, const UntagResourceInput& input) {
  if (input.TagKeys.empty()) return fail(validation_error("Atleast one Tag Key needs to be provided as Input."));
  const std::string arn = TRY(tagged_table(tx, call, input.ResourceArn));
  TRY(remove_tags(tx, arn, input.TagKeys));
  return wire::Empty{};
}

Result<ListTagsOfResourceOutput> list_tags_of_resource(Call& call, Reader& reader,
                                                       const ListTagsOfResourceInput& input) {
  const std::string arn = TRY(tagged_table(reader, call, input.ResourceArn));
  std::string after;
  if (input.NextToken) {
    const auto position = page_position(*input.NextToken);
    if (!position) return fail(validation_error("Invalid NextToken"));
    after = *position;
  }
  ListTagsOfResourceOutput output;
  output.Tags.emplace();
  const TagMap tags = TRY(get_tags(reader, arn));
  for (auto tag = tags.upper_bound(after); tag != tags.end(); ++tag) {
    if (output.Tags->size() == kTagsAPage) {
      output.NextToken = page_token(output.Tags->back().Key);
      break;
    }
    output.Tags->push_back({tag->first, tag->second});
  }
  return output;
}

}  // namespace orrery::dynamodb
