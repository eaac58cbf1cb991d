#include "services/lambda/event_sources/source.h"

#include "base/arn.h"

namespace orrery::lambda {

bool comes_before(std::string_view sequence, std::string_view other) {
  const auto significant = [](std::string_view text) {
    return text.substr(std::min(text.find_first_not_of('0'), text.size()));
  };
  const std::string_view a = significant(sequence);
  const std::string_view b = significant(other);
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

bool comes_before(const Position& one, const Position& other) {
  if (one.kind != other.kind) return one.kind < other.kind;
  if (one.kind == Position::Kind::AtTime) return one.at < other.at;
  return one.kind == Position::Kind::After && comes_before(one.sequence, other.sequence);
}

SourceKind source_kind(std::string_view text) {
  const auto arn = Arn::parse(text);
  if (!arn) return SourceKind::Other;
  if (arn->service == "dynamodb" && arn->resource.find("/stream/") != std::string::npos) return SourceKind::DynamoDb;
  if (arn->service == "kinesis") return SourceKind::Kinesis;
  if (arn->service == "sqs") return SourceKind::Queue;
  return SourceKind::Other;
}

}  // namespace orrery::lambda
