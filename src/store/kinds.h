// The registry of every kind of key. The byte is the first of the key. A byte once given to a kind is never given to
// another: when a kind is retired, its line stays with the word "retired".
#pragma once

#include <cstdint>

namespace orrery {

enum class KeyKind : std::uint8_t {
  Meta = 0x01,  // text(name): format version, clock state, root account, last table number

  // background/
  Timer = 0x08,        // u64(due, epoch ms) text(kind) text(id)
  TimerIndex = 0x09,   // text(kind) text(id) -> due
  Outbox = 0x0a,       // text(kind) u64(due) text(id)
  OutboxIndex = 0x0b,  // text(kind) text(id) -> due

  // blob/
  Blob = 0x0c,  // text(blob id): references and size

  // iam, sts
  Role = 0x10,          // text(account) text(role name)
  RolePolicy = 0x11,    // text(account) text(role name) text(policy name): inline
  RoleAttached = 0x12,  // text(account) text(role name) text(policy arn)
  Policy = 0x13,        // text(account) text(policy path and name)
  Session = 0x14,       // text(access key id): temporary credentials
  AccessKey = 0x15,     // text(access key id): long-term credentials
  PolicyRole = 0x16,    // text(account) text(policy arn) text(role name): RoleAttached the other way round

  // dynamodb
  Table = 0x20,        // text(account) text(region) text(table name)
  TableItem = 0x21,    // u64(table or index number) raw(hash of partition key, key bytes)
  TableStat = 0x22,    // u64(table number): the last count of its items
  TableChange = 0x23,  // u64(table number) u64(sequence): one change of an item
  TableLog = 0x24,     // u64(table number): sequence and time of the last change
  TableExpiry = 0x25,  // u64(table number) u64(when, epoch s) raw(key bytes): empty
  Backup = 0x26,       // text(account) text(region) text(table name) text(backup id)
  TableExport = 0x27,  // text(account) text(region) text(table name) text(export id)

  // s3
  Bucket = 0x28,  // text(bucket name)
  Object = 0x29,  // text(bucket name) text(object key)

  // lambda
  Function = 0x30,        // text(account) text(region) text(function name)
  FunctionPolicy = 0x31,  // text(account) text(region) text(function name), and text(qualifier) where one is given
  FunctionCode = 0x32,    // text(code sha256): where it is unpacked, references

  FunctionVersion = 0x60,         // text(account) text(region) text(function name) u64(version): published
  FunctionAlias = 0x61,           // text(account) text(region) text(function name) text(alias)
  Layer = 0x62,                   // text(account) text(region) text(layer name): its last version number
  LayerVersion = 0x63,            // text(account) text(region) text(layer name) u64(version)
  LayerPolicy = 0x64,             // text(account) text(region) text(layer name) u64(version)
  CodeSigningConfig = 0x65,       // text(account) text(region) text(id)
  ProvisionedConcurrency = 0x66,  // text(account) text(region) text(function name) text(version or alias)
  ConcurrencyLedger = 0x67,       // text(account) text(region): what is reserved and provisioned, of all functions
  EventInvokeConfig = 0x68,       // text(account) text(region) text(function name) text(qualifier)
  FunctionUrl = 0x69,             // text(account) text(region) text(function name) text(qualifier)
  EventSourceMapping = 0x6a,      // text(account) text(region) text(uuid)
  EventSourceCheckpoint = 0x6b,   // text(account) text(region) text(uuid) text(shard or queue)
  AsyncEvent = 0x6c,              // text(account) text(region) text(function name) text(request id)
  FunctionUrlId = 0x6d,           // text(url id): account, region, function name and qualifier
  EventSourceByFunction = 0x6e,   // text(account) text(region) text(function name) text(uuid)
  EventSourceFailure = 0x6f,      // text(account) text(region) text(uuid) text(shard or queue)

  // events
  Rule = 0x38,        // text(account) text(region) text(bus) text(rule name)
  RuleTarget = 0x39,  // text(account) text(region) text(bus) text(rule name) text(target id)

  EventBus = 0x7a,        // text(account) text(region) text(bus)
  BusRules = 0x7b,        // text(account) text(region) text(bus): 8 bytes that differ after every change of its rules
  EventArchive = 0x7c,    // text(account) text(region) text(archive)
  ArchivedEvent = 0x7d,   // text(account) text(region) text(archive id) u64(event's time, epoch ms) text(event id)
  EventReplay = 0x7e,     // text(account) text(region) text(replay)
  Connection = 0x7f,      // text(account) text(region) text(connection)
  ApiDestination = 0x80,  // text(account) text(region) text(destination)

  // logs
  LogGroup = 0x40,     // text(account) text(region) text(group)
  LogStream = 0x41,    // u64(group number) text(stream)
  LogEvent = 0x42,     // u64(group number) u8(class) u64(timestamp ms) u64(stream number) u64(counter): a chunk of
                       // events that begins there (services/logs/chunks/chunk.h)
  LogByStream = 0x43,  // u64(group number) u64(stream number) u8(class) u64(timestamp ms) u64(counter): the same chunk
  LogCounter = 0x44,   // nothing: the last group number; u64(group number): the last stream number in it
  LogStreamName = 0x45,       // u64(group number) u64(stream number) -> name
  LogQuery = 0x84,            // text(account) text(region) text(query id)
  LogQueryResult = 0x85,      // text(query id) u64(number): a block of its rows
  LogQueryDefinition = 0x86,  // text(account) text(region) text(definition id)
  LogResourcePolicy = 0x87,   // text(account) text(region) text(resource arn; empty: the account itself)
  LogSubscription = 0x88,     // u64(group number) text(filter name)
  LogExport = 0x89,           // text(account) text(region) text(task id)
  LogMetricFilter = 0x8a,     // u64(group number) text(filter name)

  // dynamodb, too
  TableStream =
      0x50,  // text(account) text(region) text(table name) text(label): a stream, also of a table that is gone
  TransactToken = 0x51,  // text(account) text(region) text(client token): what a transaction answered
  TablePolicy = 0x52,    // text(account) text(region) text(table name) text("" or stream label): resource-based policy
  TableImport = 0x53,    // text(account) text(region) text(import id)

  // gateway
  AccessLog = 0x5e,  // u64(number): a block of requests

  // iam, sts, too
  User = 0x54,            // text(account) text(user name, lower case)
  UserGroup = 0x55,       // text(account) text(group name, lower case)
  GroupMember = 0x56,     // text(account) text("user" or "group") text(name) text(other's name): both ways round
  EntityPolicy = 0x57,    // text(account) text("user" or "group") text(name) text(policy name): inline
  EntityAttached = 0x58,  // text(account) text("user" or "group") text(name) text(policy arn)
  PolicyVersion = 0x59,   // text(account) text(policy name) u64(version)
  UserKey = 0x5a,         // text(account) text(user name, lower case) text(access key id): empty
  IdentityItem = 0x5b,    // text(account) text(type) text(name): profiles, providers, devices, settings, reports
  CredentialUse = 0x5c,   // text(access key id or role arn): when and for what it was last used

  // cloudtrail
  TrailEvent = 0x5d,  // text(account) text(region) u64(time, epoch ms) text(event id)

  // scheduler
  Schedule = 0x74,       // text(account) text(region) text(group) text(schedule name)
  ScheduleGroup = 0x75,  // text(account) text(region) text(group)

  // cloudwatch
  Metric = 0x90,            // text(account) text(region) text(namespace) text(metric name) text(dimensions, sorted)
  MetricData = 0x91,        // u64(metric number) u64(period, seconds) u64(start, epoch seconds): a block of statistics
  MetricCounter = 0x92,     // nothing: the last metric number
  Alarm = 0x93,             // text(account) text(region) text(alarm name)
  AlarmHistory = 0x94,      // text(account) text(region) text(alarm name) u64(time, epoch ms) u64(counter)
  AlarmDependency = 0x95,   // text(account) text(region) text(alarm name) text(composite alarm that names it)
  Dashboard = 0x96,         // text(account) text(region) text(dashboard name)
  CloudWatchOption = 0x97,  // text(account) text(region) text(type) text(name): detectors, insight rules, streams

  // sqs
  Queue = 0xa0,           // text(account) text(region) text(queue name)
  QueueMessage = 0xa1,    // u64(queue number) u8(class) and what orders the messages of that class
  QueueGroup = 0xa2,      // u64(queue number) text(message group id)
  QueueDuplicate = 0xa3,  // u64(queue number) text(deduplication id)
  QueueCounter = 0xa4,    // nothing: the last queue number; u64(queue number): the last message number in it
  QueueMoveTask = 0xa5,   // text(account) text(region) text(source queue) text(task)

  // sns
  Topic = 0xa8,              // text(account) text(region) text(topic name)
  Subscription = 0xa9,       // text(account) text(region) text(topic name) text(subscription id); indexes: no account
  TopicDuplicate = 0xaa,     // text(account) text(region) text(topic name) text(deduplication id)
  SubscriptionToken = 0xab,  // text(token): the subscription that it confirms
  TopicMessage = 0xac,       // text(account) text(region) text(topic name) text(subscription id) u64(sequence)

  // kinesis
  KinesisStream = 0xb0,    // text(account) text(region) text(stream name)
  KinesisRecord = 0xb1,    // u64(stream number) u64(shard number) u64(sequence)
  KinesisConsumer = 0xb2,  // text(account) text(region) text(stream name) text(consumer name)
  KinesisPolicy = 0xb3,    // text(arn of a stream or consumer)
  KinesisCounter = 0xb4,   // nothing: the last stream number; u64(stream number) u64(shard number): the last sequence

  // firehose
  DeliveryStream = 0xb8,  // text(account) text(region) text(delivery stream name)
  DeliveryRecord = 0xb9,  // text(account) text(region) text(delivery stream id) u64(number): waits for its delivery

  // ticks of every service
  TickOutcome = 0x9b,  // text(owner's arn): what ran last; with text("failed"): when one failed last

  // any service
  Tags = 0x48,  // text(resource arn)
};

}  // namespace orrery
