#include "services/dynamodb/backups/past.h"

#include "store/key.h"

#include <map>

namespace orrery::dynamodb {
namespace {

// Sequences of the log: from `first` up to, not including, `end`.
struct Span {
  std::uint64_t first = 1;
  std::uint64_t end = 1;
};

Result<Span> whole_log(Reader& reader, const Table& table) {
  const LogHead head = TRY(log_head(reader, table.number));
  return Span{head.first, head.sequence + 1};
}

// The first sequence of the log whose change was made at `at` or later; its end when there is none. (Times rise with
// sequences, and what is trimmed goes from the front.)
Result<std::uint64_t> first_at(Reader& reader, const Table& table, Span span, Instant at) {
  while (span.first < span.end) {
    const std::uint64_t middle = span.first + (span.end - span.first) / 2;
    const std::string key = change_key(table.number, middle);
    const auto value = TRY(reader.get(key));
    if (!value) return fail(internal_error("the change log of table " + table.items_prefix() + " has a gap"));
    if (TRY(change_head(key, *value)).at < at) {
      span.first = middle + 1;
    } else {
      span.end = middle;
    }
  }
  return span.first;
}

// The net changes of a span of the log, for as many keys from `begin` on as the memory given holds.
class Slice {
 public:
  Slice(const Table& table, Span span, std::size_t most_bytes) : table_(table), span_(span), most_bytes_(most_bytes) {}

  // Keys up to end(), which is empty when nothing comes behind.
  Result<> load(Reader& reader, std::string begin);
  const std::string& begin() const { return begin_; }
  const std::string& end() const { return end_; }
  std::map<std::string, NetChange>& changes() { return changes_; }

 private:
  struct Size {
    std::size_t of(const std::string& key, const NetChange& change) const {
      return 128 + key.size() + (change.old ? change.old->bytes().size() : 0) +
             (change.next ? change.next->bytes().size() : 0);
    }
  };
  void note(std::string key, LoggedChange change);
  void shrink();

  const Table& table_;
  Span span_;
  std::size_t most_bytes_;
  std::string begin_, end_;
  std::map<std::string, NetChange> changes_;
  std::size_t bytes_ = 0;
};

Result<> Slice::load(Reader& reader, std::string begin) {
  begin_ = std::move(begin);
  end_.clear();
  changes_.clear();
  bytes_ = 0;
  const auto cursor = reader.scan({change_key(table_.number, span_.first), change_key(table_.number, span_.end)});
  while (span_.first < span_.end && cursor->next()) {
    LoggedChange change = TRY(decode_change(cursor->key(), cursor->value()));
    std::string key = TRY(item::key_of_item(table_.keys, change.old ? *change.old : *change.next));
    if (key < begin_ || (!end_.empty() && key >= end_)) continue;
    note(std::move(key), std::move(change));
    if (bytes_ > most_bytes_) shrink();
  }
  return cursor->status();
}

void Slice::note(std::string key, LoggedChange change) {
  const auto [entry, is_new] = changes_.try_emplace(std::move(key));
  NetChange& net = entry->second;
  if (is_new) {
    net.old = std::move(change.old);
  } else {
    bytes_ -= Size().of(entry->first, net);
  }
  net.next = std::move(change.next);
  net.at = change.at;
  bytes_ += Size().of(entry->first, net);
}

// Leaves the upper half to a later slice. One key always stays: it fits, as items are of bounded size.
void Slice::shrink() {
  while (bytes_ > most_bytes_ / 2 && changes_.size() > 1) {
    const auto last = std::prev(changes_.end());
    bytes_ -= Size().of(last->first, last->second);
    end_ = last->first;
    changes_.erase(last);
  }
}

// Runs `use(slice)` for slices that together cover all keys.
template <class Use>
Result<> for_slices(Reader& reader, const Table& table, Span span, std::size_t slice_bytes, const Use& use) {
  Slice slice(table, span, slice_bytes);
  std::string begin;
  do {
    TRY(slice.load(reader, begin));
    TRY(use(slice));
    begin = slice.end();
  } while (!begin.empty());
  return {};
}

// The items of the slice's keys, with its changes undone.
Result<> undo(Reader& reader, const Table& table, Slice& slice, const TakeItem& take) {
  KeyRange range = prefix_range(table.items_prefix());
  const std::size_t head = range.begin.size();
  if (!slice.end().empty()) range.end = range.begin + slice.end();
  range.begin += slice.begin();
  const auto cursor = reader.scan(range);
  auto change = slice.changes().begin();
  const auto end = slice.changes().end();
  const auto give_old = [&]() -> Result<> {
    if (change->second.old) TRY(take(*change->second.old));
    ++change;
    return {};
  };
  while (cursor->next()) {
    const std::string_view key = cursor->key().substr(head);
    while (change != end && change->first < key) TRY(give_old());
    if (change != end && change->first == key) {
      TRY(give_old());
    } else {
      TRY(take(item::ItemView(cursor->value())));
    }
  }
  TRY(cursor->status());
  while (change != end) TRY(give_old());
  return {};
}

}  // namespace

Result<> walk_items(Reader& reader, const Table& table, const TakeItem& take) {
  const auto cursor = reader.scan(prefix_range(table.items_prefix()));
  while (cursor->next()) TRY(take(item::ItemView(cursor->value())));
  return cursor->status();
}

Result<> walk_items_at(Reader& reader, const Table& table, Instant at, const TakeItem& take, std::size_t slice_bytes) {
  Span span = TRY(whole_log(reader, table));
  span.first = TRY(first_at(reader, table, span, at + Millis(1)));
  if (span.first == span.end) return walk_items(reader, table, take);
  return for_slices(reader, table, span, slice_bytes, [&](Slice& slice) { return undo(reader, table, slice, take); });
}

Result<> walk_changes(Reader& reader, const Table& table, Instant from, Instant to, const TakeChange& take,
                      std::size_t slice_bytes) {
  const Span all = TRY(whole_log(reader, table));
  Span span;
  span.first = TRY(first_at(reader, table, all, from));
  span.end = TRY(first_at(reader, table, all, to));
  return for_slices(reader, table, span, slice_bytes, [&](Slice& slice) -> Result<> {
    for (const auto& [key, change] : slice.changes()) {
      const bool same = change.old.has_value() == change.next.has_value() &&
                        (!change.old || change.old->bytes() == change.next->bytes());
      if (!same) TRY(take(change));
    }
    return {};
  });
}

}  // namespace orrery::dynamodb
