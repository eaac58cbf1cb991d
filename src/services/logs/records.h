// What is stored of groups and streams, and where (of events: chunks/). Groups have numbers, and streams within a group
// too: they keep keys short, and a group that is deleted and made anew has nothing to do with the former one.
#pragma once

#include "services/call.h"
#include "services/logs/chunks/place.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::logs {

struct GroupRecord {
  std::string account, region, name;
  std::uint64_t number = 0;
  Instant created;
  std::int64_t retention_days = 0;  // 0: for ever
  std::string log_class;
  bool deletion_protection = false;
};

struct StreamRecord {
  std::string name;
  std::uint64_t number = 0;
  Instant created;
  // Of the events that are there, epoch ms; nullopt: none yet.
  std::optional<std::int64_t> first_event_ms, last_event_ms;
  std::int64_t last_ingestion_ms = 0;
  std::int64_t bytes = 0;          // of messages, 26 added for each, as PutLogEvents counts
  std::uint64_t next_counter = 0;  // of the next event, unique in the stream
};

// ARNs: of a group, "…:log-group:NAME"; the older form, which describe's `arn` has, ends in ":*".
std::string group_arn(const Call& call, std::string_view group);
std::string stream_arn(const Call& call, std::string_view group, std::string_view stream);

std::string groups_prefix(std::string_view account, std::string_view region);
std::string group_key(std::string_view account, std::string_view region, std::string_view group);
std::string streams_prefix(std::uint64_t group);
std::string stream_key(std::uint64_t group, std::string_view stream);
std::string stream_name_key(std::uint64_t group, std::uint64_t stream);
Result<GroupRecord> decode_group(std::string_view bytes);
Result<std::optional<GroupRecord>> get_group(Reader& reader, std::string_view account, std::string_view region,
                                             std::string_view group);
Result<> put_group(Transaction& tx, const GroupRecord& group);
Result<StreamRecord> decode_stream(std::string_view bytes);
Result<std::optional<StreamRecord>> get_stream(Reader& reader, std::uint64_t group, std::string_view stream);
Result<> put_stream(Transaction& tx, std::uint64_t group, const StreamRecord& stream);
// nullopt: the stream is gone.
Result<std::optional<std::string>> stream_name(Reader& reader, std::uint64_t group, std::uint64_t stream);

// From 1 on, never given twice: of groups, and of a group's streams.
Result<std::uint64_t> next_group_number(Transaction& tx);
Result<std::uint64_t> next_stream_number(Transaction& tx, std::uint64_t group);

}  // namespace orrery::logs
