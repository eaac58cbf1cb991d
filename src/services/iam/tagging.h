// Tag…, Untag… and List…Tags of each kind of thing: the same, once its ARN is known.
#pragma once

#include "services/iam/shared.h"

namespace orrery::iam {

// ArnOf: Result<std::string>(Reader&, const Call&, const In&), NoSuchEntity when the thing is not there.
template <auto ArnOf, class In>
Result<wire::Empty> tag(Call& call, Transaction& tx, const In& input) {
  TRY(put_tags(tx, TRY(ArnOf(tx, call, input)), input.Tags));
  return wire::Empty{};
}

template <auto ArnOf, class In>
Result<wire::Empty> untag(Call& call, Transaction& tx, const In& input) {
  TRY(remove_tags(tx, TRY(ArnOf(tx, call, input)), input.TagKeys));
  return wire::Empty{};
}

template <auto ArnOf, class In, class Out>
Result<Out> list_tags(Call& call, Reader& reader, const In& input) {
  Out output;
  const std::string arn = TRY(ArnOf(reader, call, input));
  end_page(output, TRY(tags_page(reader, arn, page_of(input), output.Tags)));
  return output;
}

}  // namespace orrery::iam
