#include "services/dynamodb/partiql/select.h"

#include "services/dynamodb/items/page_terms.h"
#include "services/dynamodb/partiql/translate.h"
#include "services/paging.h"

#include <algorithm>

namespace orrery::dynamodb::partiql {
namespace {

// Where the next page of a SELECT begins: u64(what was asked, as a hash) u64(the range) the store's key.
struct Place {
  std::size_t range = 0;
  std::string key;
};

void append_u64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}
std::uint64_t u64_at(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = at; i < at + 8; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::uint64_t hash_of(const Call& call, const Source& source, const Plan& plan, Parameters parameters) {
  std::string all = call.account + '/' + call.region + '/' + source.prefix();
  for (const KeyRange& range : plan.ranges) all += range.begin + '\0' + range.end + '\0';
  all += plan.direction == Direction::Forward ? 'f' : 'r';
  for (const item::Value& parameter : parameters) all += parameter.bytes();
  return item::partition_hash(all);
}

std::string write_token(std::uint64_t hash, const Place& token) {
  std::string bytes;
  append_u64(bytes, hash);
  append_u64(bytes, token.range);
  return page_token(bytes + token.key);
}

Result<Place> read_token(std::string_view text, std::uint64_t hash, const Plan& plan) {
  const auto bytes = page_position(text);
  if (!bytes || bytes->size() < 16) return fail(validation_error("Invalid NextToken"));
  if (u64_at(*bytes, 0) != hash) return fail(validation_error("NextToken does not match request"));
  Place token{u64_at(*bytes, 8), bytes->substr(16)};
  const bool good = token.range < plan.ranges.size() && token.key >= plan.ranges[token.range].begin &&
                    token.key < plan.ranges[token.range].end;
  if (!good) return fail(validation_error("Invalid NextToken"));
  return token;
}

// What the index lacks of the columns is fetched from the table, where that is allowed.
Result<bool> needs_fetch(const Source& source, const Columns& columns) {
  const std::string missing = missing_attributes(source, columns.attributes());
  if (missing.empty() || !source.is_global()) return !missing.empty();
  return fail(validation_error("One or more parameter values were invalid: Global secondary index " +
                               source.index->name + " does not project " + missing));
}

Result<> check_source(const Bound& bound, const Source& source, const Plan& plan, const expression::Condition& filter,
                      bool consistent) {
  if (consistent && source.is_global()) {
    return fail(validation_error("Strongly consistent read is not supported on Global Secondary Indexes"));
  }
  TRY(check_readable(source));
  // Alternatives are no key condition beside which the filter stands.
  const bool keyed = !plan.scans && bound.statement.where->kind != Expr::Kind::Or;
  if (keyed && source.index != nullptr) TRY(check_filter_projected(source, filter));
  return {};
}

void add(Page&& more, Page& page) {
  std::ranges::move(more.items, std::back_inserter(page.items));
  page.count += more.count;
  page.scanned += more.scanned;
  page.bytes += more.bytes;
  page.fetched_units += more.fetched_units;
  page.fetched_bytes += more.fetched_bytes;
  page.last = std::move(more.last);
}

// Reads from where the token says on, range by range, until a page is full.
Result<Page> read_ranges(Reader& reader, const Plan& plan, PageRequest request, Place& at) {
  Page page;
  const std::int64_t limit = request.limit;
  for (; at.range < plan.ranges.size(); ++at.range) {
    request.range = plan.ranges[at.range];
    if (!at.key.empty()) start_after(request.range, at.key, plan.direction);
    at.key.clear();
    request.limit = limit - page.scanned;
    request.limit_bytes = kPageBytes - std::min(kPageBytes, page.bytes + page.fetched_bytes);
    add(TRY(read_page(reader, request)), page);
    if (page.last) break;
  }
  return page;
}

}  // namespace

Result<Selected> select(Reader& reader, const Call& call, const Bound& bound, const Source& source,
                        const SelectOptions& options) {
  const Statement& statement = bound.statement;
  const Columns columns = TRY(Columns::of(statement.columns));
  std::vector<const Expr*> where;
  if (statement.where) where.push_back(&*statement.where);
  const expression::Condition filter = TRY(condition_of(where, bound.parameters));
  const Plan plan = TRY(plan_of(statement, source, bound.parameters));
  TRY(check_source(bound, source, plan, filter, options.consistent));

  PageRequest request;
  request.source = &source;
  request.direction = plan.direction;
  if (!filter.always()) request.filter = &filter;
  if (options.limit) request.limit = *options.limit;
  request.fetch = TRY(needs_fetch(source, columns));
  const std::uint64_t hash = hash_of(call, source, plan, bound.parameters);
  Place at;
  if (options.next_token != nullptr && *options.next_token) at = TRY(read_token(**options.next_token, hash, plan));

  Selected out;
  out.page = TRY(read_ranges(reader, plan, request, at));
  if (!columns.all()) {
    for (item::Item& item : out.page.items) item = columns.apply(item);
  }
  if (out.page.last) {
    at.key = TRY(start_key(source, *out.page.last));
    out.next_token = write_token(hash, at);
  }
  return out;
}

Result<std::string> single_key(const Bound& bound, const Source& source, std::string_view operation) {
  const auto wrong = [&] {
    return fail(validation_error("Select statements within " + std::string(operation) +
                                 " must specify the primary key in the where clause."));
  };
  if (source.index != nullptr) return wrong();
  const auto exact = TRY(exact_key(bound.statement, source.table->keys, bound.parameters));
  if (!exact || !exact->rest.empty()) return wrong();
  return source.table->item_key(TRY(item::key_of_key(source.table->keys, exact->key)));
}

Result<Found> read_single(Reader& reader, const Bound& bound, const std::string& key) {
  const Columns columns = TRY(Columns::of(bound.statement.columns));
  Found out;
  auto bytes = TRY(reader.get(key));
  if (!bytes) return out;
  item::Item item = item::Item::from_encoding(*std::move(bytes));
  out.bytes = item.size_bytes();
  out.item = columns.all() ? std::move(item) : columns.apply(item);
  return out;
}

}  // namespace orrery::dynamodb::partiql
