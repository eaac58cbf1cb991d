#include "base/encode.h"
#include "services/dynamodb/items/bind.h"
#include "services/dynamodb/items/cancellation.h"
#include "services/dynamodb/items/tokens.h"
#include "services/dynamodb/operations.h"

#include <set>

namespace orrery::dynamodb {
namespace {

using Kind = ItemAction::Kind;

// docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html. What counts is what the request
// carries, not what is stored.
constexpr std::size_t kMostPayload = std::size_t{4} * 1024 * 1024;

struct Member {
  ItemAction action;
  std::shared_ptr<const Table> table;
  std::string key;
};

// What of the action the client chose: for the payload's size, and for telling whether a token's second request is the
// first one again.
struct Parameters {
  item::ItemView subject;
  const std::string* update = nullptr;
  const std::string* condition = nullptr;
  const std::optional<std::map<std::string, std::string>>* names = nullptr;
  const std::optional<std::map<std::string, item::Value>>* values = nullptr;
  bool tells_item = false;
};

template <class Action>
Parameters parameters_of(const Action& action, item::ItemView subject) {
  Parameters out;
  out.subject = subject;
  out.names = &action.ExpressionAttributeNames;
  out.values = &action.ExpressionAttributeValues;
  out.tells_item = tells_item(action);
  return out;
}

const std::string* pointer(const std::optional<std::string>& text) { return text ? &*text : nullptr; }

Parameters parameters_of(const TransactWriteItem& input) {
  Parameters out;
  if (input.Put) {
    out = parameters_of(*input.Put, input.Put->Item);
    out.condition = pointer(input.Put->ConditionExpression);
  } else if (input.Delete) {
    out = parameters_of(*input.Delete, input.Delete->Key);
    out.condition = pointer(input.Delete->ConditionExpression);
  } else if (input.Update) {
    out = parameters_of(*input.Update, input.Update->Key);
    out.condition = pointer(input.Update->ConditionExpression);
    out.update = &input.Update->UpdateExpression;
  } else {
    out = parameters_of(*input.ConditionCheck, input.ConditionCheck->Key);
    out.condition = &input.ConditionCheck->ConditionExpression;
  }
  return out;
}

std::size_t payload_of(const TransactWriteItem& input) {
  const Parameters parameters = parameters_of(input);
  std::size_t size = parameters.subject.size_bytes();
  for (const auto* text : {parameters.update, parameters.condition}) size += text != nullptr ? text->size() : 0;
  if (*parameters.names) {
    for (const auto& [name, attribute] : **parameters.names) size += name.size() + attribute.size();
  }
  if (*parameters.values) {
    for (const auto& [name, value] : **parameters.values) size += name.size() + value.view().size_bytes();
  }
  return size;
}

Result<> check_payload(const TransactWriteItemsInput& input) {
  std::size_t size = 0;
  for (const TransactWriteItem& one : input.TransactItems) size += payload_of(one);
  if (size <= kMostPayload) return {};
  const std::string text = "Transaction payload size cannot exceed 4MB. Payload Size: ";
  return fail(validation_error(text + ": " + text + std::to_string(size)));
}

void append(std::string_view part, std::string& out) {
  out += std::to_string(part.size());
  out += ':';
  out += part;
}

// Of the actions alone: what is to be told about the transaction may differ.
std::string fingerprint(const TransactWriteItemsInput& input, const std::vector<Member>& members) {
  std::string all;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Parameters parameters = parameters_of(input.TransactItems[i]);
    all += static_cast<char>('a' + static_cast<int>(members[i].action.kind));
    all += parameters.tells_item ? '+' : '-';
    append(members[i].action.table, all);
    append(parameters.subject.bytes(), all);
    for (const auto* text : {parameters.update, parameters.condition}) append(text != nullptr ? *text : "", all);
    if (*parameters.names) {
      for (const auto& [name, attribute] : **parameters.names) append(name, all), append(attribute, all);
    }
    all += ';';
    if (*parameters.values) {
      for (const auto& [name, value] : **parameters.values) append(name, all), append(value.bytes(), all);
    }
    all += ';';
  }
  return hex(view(sha256(all)));
}

// Finds tables, then keys: the first key that does not match its table cancels the transaction.
Result<> hold_against_tables(Reader& reader, const Call& call, std::vector<Member>& members) {
  for (Member& member : members) member.table = TRY(table_for_items(reader, call, member.action.table));
  for (std::size_t i = 0; i < members.size(); ++i) {
    auto key = key_of(*members[i].table, members[i].action);
    if (key) {
      members[i].key = *std::move(key);
    } else if (is_empty_key_error(key.error())) {
      return fail(std::move(key).error());
    } else {
      Cancellation cancellation(members.size());
      TRY(cancellation.note(i, std::move(key).error()));
      return fail(cancellation.error());
    }
  }
  std::set<std::pair<std::uint64_t, std::string_view>> seen;
  for (const Member& member : members) {
    if (seen.emplace(member.table->number, member.key).second) continue;
    return fail(validation_error("Transaction request cannot include multiple operations on one item"));
  }
  return {};
}

// Every action meets what was there before the transaction, because no two meet one item.
Result<std::vector<Outcome>> perform_all(const ChangeContext& context, const std::vector<Member>& members,
                                         bool old_wanted) {
  Cancellation cancellation(members.size());
  std::vector<Outcome> outcomes;
  outcomes.reserve(members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    auto outcome = perform(context, *members[i].table, members[i].key, members[i].action, old_wanted);
    if (outcome) {
      outcomes.push_back(*std::move(outcome));
      continue;
    }
    if (is_empty_key_error(outcome.error())) return fail(std::move(outcome).error());
    TRY(cancellation.note(i, std::move(outcome).error()));
  }
  if (cancellation.any()) return fail(cancellation.error());
  return outcomes;
}

struct Told {
  std::map<std::string, Consumption> consumed;  // by the table's name as the request has it
  ClientToken::Reads reads;
};

Told price(const std::vector<Member>& members, const std::vector<Outcome>& outcomes, bool priced) {
  Told told;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const ItemAction& action = members[i].action;
    const auto old = outcomes[i].old ? std::optional<item::ItemView>(*outcomes[i].old) : std::nullopt;
    const auto next = after(action, outcomes[i]);
    const std::size_t size = std::max(old ? old->size_bytes() : 0, next ? next->size_bytes() : 0);
    const std::string name(action.table);
    told.reads[name] += kTransactional * read_units(size, true);
    if (priced) told.consumed[name].write(*members[i].table, old, next, kTransactional);
  }
  return told;
}

Result<TransactWriteItemsOutput> tell_again(const TransactWriteItemsInput& input, const ClientToken::Reads& reads) {
  TransactWriteItemsOutput output;
  if (!wants_capacity(input.ReturnConsumedCapacity)) return output;
  output.ConsumedCapacity.emplace();
  for (const auto& [name, units] : reads) {
    Consumption consumption;
    consumption.table(units);
    output.ConsumedCapacity->push_back(*consumption.told(input.ReturnConsumedCapacity, name, Split::Reads));
  }
  return output;
}

}  // namespace

Result<TransactWriteItemsOutput> transact_write_items(DynamoDb& dynamodb, Call& call, Transaction& tx,
                                                      const TransactWriteItemsInput& input) {
  std::vector<Member> members;
  members.reserve(input.TransactItems.size());
  for (const TransactWriteItem& one : input.TransactItems) {
    members.push_back({TRY(bind_transact_item(one)), nullptr, {}});
  }
  TRY(check_payload(input));
  std::optional<ClientToken> token;
  if (input.ClientRequestToken) {
    token.emplace(call, "TransactWriteItems", *input.ClientRequestToken, fingerprint(input, members));
    if (const auto reads = TRY(token->recall(tx))) return tell_again(input, *reads);
  }
  TRY(hold_against_tables(tx, call, members));
  const bool priced = wants_capacity(input.ReturnConsumedCapacity);
  const auto outcomes = TRY(perform_all({dynamodb, tx, call.now, Cause::User, true}, members, priced));

  TransactWriteItemsOutput output;
  const Told told = price(members, outcomes, priced);
  if (token) TRY(token->remember(dynamodb, tx, told.reads));
  if (priced) output.ConsumedCapacity.emplace();
  for (const auto& [name, consumption] : told.consumed) {
    output.ConsumedCapacity->push_back(*consumption.told(input.ReturnConsumedCapacity, name, Split::Writes));
  }
  CollectionMetrics collections(input.ReturnItemCollectionMetrics);
  for (const Member& member : members) {
    if (member.action.kind == Kind::Check) continue;
    TRY(collections.add(tx, *member.table, member.action.table, member.action.subject));
  }
  output.ItemCollectionMetrics = std::move(collections).take();
  return output;
}

}  // namespace orrery::dynamodb
