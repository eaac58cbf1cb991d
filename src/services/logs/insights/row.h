// One record on its way through a query: an event with what was discovered in it, or a result of `stats`.
#pragma once

#include "services/logs/chunks/place.h"
#include "services/logs/insights/value.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::logs::insights {

// A log group, as its events know it.
struct Origin {
  std::string log;    // "123456789012:group"
  std::string group;  // its name
  std::uint64_t group_number = 0;
  bool of_lambda = false;  // it is a function's
};

// What the reader of events knows of one.
struct Event {
  Instant timestamp, ingested;
  std::string_view message;  // of whoever pushes the event, while it does
  Place place;
  std::shared_ptr<const std::string> stream;  // its name
  std::shared_ptr<const Origin> origin;
  std::string kept{};  // the message, of a row that is kept
};

class Row {
 public:
  Row() = default;
  explicit Row(Event event) : event_(std::make_unique<Event>(std::move(event))) {}

  const Event* event() const { return event_.get(); }
  // What commands have made of it, then @fields, then what is discovered in the message. Borrows from the row.
  Value field(std::string_view name) const;
  void set(std::string name, Value value);
  const std::vector<std::pair<std::string, Value>>& made() const { return made_; }
  // The message's members, as names and values; nullptr: it holds no JSON object.
  const JsonPtr& document() const;
  // @type, @requestId, … of the lines that Lambda itself writes.
  const std::vector<std::pair<std::string, std::string>>& lambda_fields() const;

  // Before it is kept: borrows nothing any more, and lets go of what can be found again.
  void slim();
  std::size_t memory() const;

 private:
  std::unique_ptr<Event> event_;  // does not move: values borrow from it
  std::vector<std::pair<std::string, Value>> made_;
  mutable JsonPtr document_;
  mutable bool looked_ = false;
  mutable std::optional<std::vector<std::pair<std::string, std::string>>> lambda_;
};

// Names of fields in a row, those of the message's members dotted ("a.b", "items.0"), at most `most` of them.
std::vector<std::string> discovered_fields(const Row& row, std::size_t most);

}  // namespace orrery::logs::insights
