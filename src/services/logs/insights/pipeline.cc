#include "services/logs/insights/pipeline.h"

#include "shapes/logs.h"

#include <algorithm>

namespace orrery::logs::insights {
namespace {

using Kind = Command::Kind;

bool is_streaming(Kind kind) {
  return kind == Kind::Fields || kind == Kind::Display || kind == Kind::Filter || kind == Kind::Parse;
}

// How many of the rows in order those behind a sort can want.
std::int64_t wanted_after(const Query& query, std::size_t sort, std::int64_t by_default) {
  for (std::size_t i = sort + 1; i < query.commands.size(); ++i) {
    const Command& command = query.commands[i];
    if (command.kind == Kind::Limit) return command.limit;
    if (command.kind != Kind::Fields && command.kind != Kind::Display) return INT64_MAX;
  }
  return by_default;
}

void add_column(std::vector<std::string>& columns, const std::string& name) {
  if (!name.empty() && std::ranges::find(columns, name) == columns.end()) columns.push_back(name);
}

}  // namespace

// `fields` and `parse` add up; `display` shows its own only; `stats` begins anew with its groups and results.
std::vector<std::string> columns_of(const Query& query) {
  std::vector<std::string> columns;
  bool chosen = false;
  for (const Command& command : query.commands) {
    if (command.kind == Kind::Parse) {
      for (const std::string& name : command.names) add_column(columns, name);
    }
    if (command.kind == Kind::Stats || command.kind == Kind::Display) columns.clear();
    if (command.kind == Kind::Stats) {
      for (const Named& key : command.by) add_column(columns, key.name);
    }
    if (command.kind == Kind::Stats || command.kind == Kind::Display || command.kind == Kind::Fields) {
      chosen = true;
      for (const Named& item : command.items) add_column(columns, item.name);
    }
  }
  if (!chosen) columns.insert(columns.begin(), {"@timestamp", "@message"});
  return columns;
}

Pipeline::Pipeline(const Query& query, Limits limits, Instant started) : shared_{started, limits} {
  bool counted = false;
  std::int64_t last_limit = 0;
  for (std::size_t i = 0; i < query.commands.size(); ++i) {
    const Command& command = query.commands[i];
    if (!counted && !is_streaming(command.kind)) {
      counted = true;
      add(make_counter(matched_));
    }
    switch (command.kind) {
      case Kind::Fields:
      case Kind::Display:
        add(make_fields(command, shared_));
        break;
      case Kind::Filter:
        add(make_filter(command, shared_));
        break;
      case Kind::Stats:
        add(make_stats(command, shared_));
        break;
      case Kind::Sort:
        add(make_sort(command, shared_, wanted_after(query, i, limits.rows)));
        break;
      case Kind::Limit:
        last_limit = command.limit;
        add(make_limit(command.limit));
        break;
      case Kind::Parse:
        add(make_parse(command, shared_));
        break;
      case Kind::Dedup:
        add(make_dedup(command, shared_));
        break;
    }
  }
  if (!counted) add(make_counter(matched_));
  if (last_limit == 0) add(make_limit(limits.rows));
  add(make_lines(columns_of(query), shared_, lines_));
}

Pipeline::~Pipeline() = default;

void Pipeline::add(std::unique_ptr<Stage> stage) {
  if (!stages_.empty()) stages_.back()->next = stage.get();
  stages_.push_back(std::move(stage));
}

void Pipeline::push(Event event) { stages_.front()->push(Row(std::move(event))); }

Result<std::vector<Line>> Pipeline::finish() {
  if (!shared_.exhausted) stages_.front()->finish();
  if (shared_.exhausted) {
    return fail(errors::InvalidParameterException("The query's result takes more than " +
                                                  std::to_string(shared_.limits.memory >> 20) + " MiB of memory."));
  }
  return std::move(lines_);
}

}  // namespace orrery::logs::insights
