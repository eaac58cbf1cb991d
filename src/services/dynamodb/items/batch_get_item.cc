#include "expression/legacy.h"
#include "services/dynamodb/items/requests.h"
#include "services/dynamodb/operations.h"
#include "services/dynamodb/tables/tables.h"

#include <set>

namespace orrery::dynamodb {
namespace {

constexpr std::size_t kMostKeys = 100;
// docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html: what does not fit into 16 MB comes back
// as UnprocessedKeys.
constexpr std::size_t kMostBytes = std::size_t{16} * 1024 * 1024;
constexpr std::size_t kReadAtOnce = 25;

// Every projection, by table. The whole request is for expressions, or none of it.
Result<std::map<std::string_view, MaybeProjection>> check(const BatchGetItemInput& input) {
  std::size_t count = 0;
  bool legacy = false;
  bool expressions = false;
  std::map<std::string_view, MaybeProjection> projections;
  for (const auto& [table, request] : input.RequestItems) {
    legacy |= request.AttributesToGet.has_value();
    expressions |= request.ProjectionExpression.has_value();
    projections[table] =
        TRY(bind_projection(request.ProjectionExpression, request.ExpressionAttributeNames, request.AttributesToGet));
    count += request.Keys.size();
    if (count > kMostKeys) return fail(validation_error("Too many items requested for the BatchGetItem call"));
  }
  TRY(expression::legacy::check_not_mixed({{"AttributesToGet", legacy}}, {{"ProjectionExpression", expressions}}));
  return projections;
}

// Reads one table's share, as far as `room` lets it.
class TableReader {
 public:
  TableReader(Reader& reader, Meter meter, const Table& table, const KeysAndAttributes& request,
              const MaybeProjection& projection, std::size_t& room)
      : reader_(reader),
        meter_(std::move(meter)),
        table_(table),
        request_(request),
        projection_(projection),
        room_(room) {}

  Result<> read(const std::vector<std::string>& keys) {
    for (; done_ < keys.size() && room_ > 0;) {
      const std::size_t count = std::min(kReadAtOnce, keys.size() - done_);
      const auto found = TRY(reader_.multi_get(std::span(keys).subspan(done_, count)));
      for (const auto& bytes : found) {
        if (!take(bytes)) return {};
      }
    }
    return {};
  }

  std::vector<item::Item> items() && { return std::move(items_); }
  double units() const { return units_; }
  bool any() const { return done_ > 0; }
  // Why it stopped, when throughput was lacking.
  const std::optional<Error>& refusal() const { return refusal_; }
  // What is left, as a request of its own.
  std::optional<KeysAndAttributes> rest() const {
    if (done_ == request_.Keys.size()) return std::nullopt;
    KeysAndAttributes rest = request_;
    rest.Keys.erase(rest.Keys.begin(), rest.Keys.begin() + static_cast<std::ptrdiff_t>(done_));
    return rest;
  }

 private:
  // False once the reply is full.
  bool take(const std::optional<std::string>& bytes) {
    const item::ItemView found = bytes ? item::ItemView(*bytes) : item::ItemView();
    const std::size_t size = found.size_bytes();
    if (size > room_) {
      room_ = 0;
      return false;
    }
    const double units = read_units(size, request_.ConsistentRead.value_or(false));
    if (meter_.on() && !spend(units)) return false;
    room_ -= size;
    ++done_;
    units_ += units;
    if (bytes) items_.push_back(projection_ ? projection_->apply(found) : item::Item(found));
    return true;
  }

  bool spend(double units) {
    Consumption one;
    one.table(units);
    auto spent = meter_.spend(one.charges(table_, Use::Read));
    if (spent) return true;
    refusal_ = std::move(spent).error();
    return false;
  }

  Reader& reader_;
  Meter meter_;
  const Table& table_;
  const KeysAndAttributes& request_;
  const MaybeProjection& projection_;
  std::size_t& room_;
  std::size_t done_ = 0;
  double units_ = 0;
  std::optional<Error> refusal_;
  std::vector<item::Item> items_;
};

}  // namespace

Result<BatchGetItemOutput> batch_get_item(DynamoDb& dynamodb, Call& call, Reader& reader,
                                          const BatchGetItemInput& input) {
  const auto projections = TRY(check(input));
  std::map<std::string_view, std::vector<std::string>> keys;  // store keys, by table
  std::map<std::string_view, std::shared_ptr<const Table>> tables;
  std::set<std::string_view> seen;
  for (const auto& [name, request] : input.RequestItems) {
    const auto table = TRY(table_for_items(reader, call, name));
    TRY(check_key_paths(projections.at(name), table->keys));
    tables[name] = table;
    std::vector<std::string>& own = keys[name];
    own.reserve(request.Keys.size());
    for (const item::Item& key : request.Keys) {
      own.push_back(table->item_key(TRY(item::key_of_key(table->keys, key))));
      if (!seen.insert(own.back()).second) {
        return fail(validation_error("Provided list of item keys contains duplicates"));
      }
    }
  }

  BatchGetItemOutput output;
  output.Responses.emplace();
  output.UnprocessedKeys.emplace();
  if (wants_capacity(input.ReturnConsumedCapacity)) output.ConsumedCapacity.emplace();
  std::size_t room = kMostBytes;
  bool any = false;
  std::optional<Error> refusal;
  for (const auto& [name, request] : input.RequestItems) {
    TableReader table(reader, Meter(dynamodb.throughput), *tables.at(name), request, projections.at(name), room);
    TRY(table.read(keys.at(name)));
    if (dynamodb.throughput.metrics() != nullptr && table.any()) {
      Consumption consumption;
      consumption.table(table.units());
      Meter(dynamodb.throughput).note(*tables.at(name), consumption, Use::Read);
    }
    any |= table.any();
    if (table.refusal()) refusal = table.refusal();
    if (auto rest = table.rest()) (*output.UnprocessedKeys)[name] = *std::move(rest);
    if (output.ConsumedCapacity) {
      output.ConsumedCapacity->push_back(*consumed(input.ReturnConsumedCapacity, name, table.units()));
    }
    (*output.Responses)[name] = std::move(table).items();
  }
  // "If none of the items can be processed due to insufficient provisioned throughput on all of the tables in the
  // request": docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
  if (refusal && !any) return fail(*std::move(refusal));
  return output;
}

}  // namespace orrery::dynamodb
