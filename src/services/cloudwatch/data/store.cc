#include "services/cloudwatch/data/store.h"

#include "services/record.h"
#include "store/key.h"

#include <algorithm>

namespace orrery::cloudwatch {
namespace {

constexpr std::int64_t kTrimEvery_ms = 3'600'000;

std::string dimensions_text(const DimensionList& dimensions) {
  std::string out;
  for (const auto& [name, value] : dimensions)
    out += KeyWriter(KeyKind::Metric).text(name).text(value).take().substr(1);
  return out;
}

std::string key_of(const MetricName& name) {
  return KeyWriter(KeyKind::Metric)
      .text(name.account)
      .text(name.region)
      .text(name.space)
      .text(name.name)
      .text(dimensions_text(name.dimensions))
      .take();
}

std::string data_key(std::uint64_t number, std::int64_t period_s, std::int64_t start_s) {
  return KeyWriter(KeyKind::MetricData)
      .u64(number)
      .u64(static_cast<std::uint64_t>(period_s))
      .u64(static_cast<std::uint64_t>(std::max<std::int64_t>(0, start_s)))
      .take();
}

// A row holds the statistics of each unit that came.
using ByUnit = std::map<std::string, Statistics, std::less<>>;
constexpr char kRowVersion = 1;

std::string encode_row(const ByUnit& row) {
  std::string out(1, kRowVersion);
  for (const auto& [unit, statistics] : row) {
    out += static_cast<char>(unit.size());
    out.append(unit).append(encode_statistics(statistics));
  }
  return out;
}

Result<ByUnit> decode_row(std::string_view bytes) {
  ByUnit row;
  if (bytes.empty() || bytes.front() != kRowVersion) return fail(internal_error("corrupt record of a metric's data"));
  bytes.remove_prefix(1);
  while (!bytes.empty()) {
    const auto size = static_cast<std::size_t>(static_cast<unsigned char>(bytes.front()));
    if (size >= bytes.size()) return fail(internal_error("corrupt record of a metric's data"));
    std::string unit(bytes.substr(1, size));
    bytes.remove_prefix(1 + size);
    auto statistics = decode_statistics(bytes);
    if (!statistics) return fail(internal_error("corrupt record of a metric's data"));
    row.emplace(std::move(unit), *std::move(statistics));
  }
  return row;
}

std::int64_t floor_to(std::int64_t time_s, std::int64_t period_s) { return time_s - time_s % period_s; }

bool expired(const Resolution& resolution, std::int64_t start_s, std::int64_t now_s) {
  return start_s + resolution.seconds + resolution.kept_s <= now_s;
}

Result<std::uint64_t> next_number(Transaction& tx) {
  const std::string key = KeyWriter(KeyKind::MetricCounter).take();
  const auto record = TRY(get_record(tx, key));
  const std::int64_t number = (record ? find_int(*record, "last").value_or(0) : 0) + 1;
  TRY(put_record(tx, key, json::object{{"last", number}}));
  return static_cast<std::uint64_t>(number);
}

Result<> put_metric(Transaction& tx, const MetricRecord& metric) {
  return put_record(tx, key_of(metric.name),
                    json::object{{"number", metric.number},
                                 {"last_ms", metric.last_ms},
                                 {"trimmed_ms", metric.trimmed_ms},
                                 {"high_resolution", metric.high_resolution}});
}

Result<> trim(Transaction& tx, MetricRecord& metric, Instant now) {
  const std::int64_t now_ms = epoch_ms(now);
  if (metric.trimmed_ms + kTrimEvery_ms > now_ms) return {};
  const bool fresh = metric.trimmed_ms == 0;
  metric.trimmed_ms = now_ms;
  if (fresh) return {};
  for (const Resolution& resolution : kResolutions) {
    const std::int64_t oldest = now_ms / 1000 - resolution.kept_s - resolution.seconds;
    TRY(tx.erase_range(
        {data_key(metric.number, resolution.seconds, 0), data_key(metric.number, resolution.seconds, oldest)}));
  }
  return {};
}

Result<> store_metric(Transaction& tx, const MetricName& name, const std::vector<Arrival>& arrivals, Instant now) {
  auto known = TRY(find_metric(tx, name));
  MetricRecord metric;
  if (known) {
    metric = *std::move(known);
  } else {
    metric.name = name;
    metric.number = TRY(next_number(tx));
  }
  const std::int64_t now_s = epoch_ms(now) / 1000;
  std::map<std::pair<std::int64_t, std::int64_t>, ByUnit> rows;  // (period, start)
  for (const Arrival& arrival : arrivals) {
    metric.last_ms = std::max(metric.last_ms, arrival.time_s * 1000);
    metric.high_resolution = metric.high_resolution || arrival.high_resolution;
    for (const Resolution& resolution : kResolutions) {
      const std::int64_t start = floor_to(arrival.time_s, resolution.seconds);
      if (expired(resolution, start, now_s) || (resolution.seconds == 1 && !arrival.high_resolution)) continue;
      rows[{resolution.seconds, start}][arrival.unit].merge(arrival.statistics);
    }
  }
  for (auto& [place, row] : rows) {
    const std::string key = data_key(metric.number, place.first, place.second);
    if (const auto before = TRY(tx.get(key))) {
      ByUnit merged = TRY(decode_row(*before));
      for (const auto& [unit, statistics] : row) merged[unit].merge(statistics);
      row = std::move(merged);
    }
    TRY(tx.put(key, encode_row(row)));
  }
  TRY(trim(tx, metric, now));
  return put_metric(tx, metric);
}

// The coarsest resolution that divides the periods: what is rolled up into it is exact.
Resolution resolution_for(const MetricRecord& metric, const Span& span) {
  for (std::size_t i = kResolutions.size(); i-- > 1;) {
    const std::int64_t seconds = kResolutions[i].seconds;
    if (span.period_s % seconds == 0 && span.start_s % seconds == 0) return kResolutions[i];
  }
  return metric.high_resolution ? kResolutions[0] : kResolutions[1];
}

}  // namespace

Result<> store_arrivals(Transaction& tx, const Arrivals& arrivals, Instant now) {
  for (const auto& [name, of_metric] : arrivals) TRY(store_metric(tx, name, of_metric, now));
  return {};
}

Result<std::vector<Point>> read_points(Reader& reader, const MetricRecord& metric, const Span& span,
                                       std::string_view unit, Instant now) {
  const Resolution resolution = resolution_for(metric, span);
  const std::int64_t oldest = epoch_ms(now) / 1000 - resolution.kept_s - resolution.seconds + 1;
  std::map<std::pair<std::int64_t, std::string>, Statistics> found;
  const auto cursor = reader.scan({data_key(metric.number, resolution.seconds, std::max(span.start_s, oldest)),
                                   data_key(metric.number, resolution.seconds, span.end_s)});
  while (cursor->next()) {
    KeyReader key(cursor->key());
    key.u64();
    key.u64();
    const auto start = static_cast<std::int64_t>(key.u64());
    const std::int64_t period = span.start_s + floor_to(start - span.start_s, span.period_s);
    for (const auto& [its_unit, statistics] : TRY(decode_row(cursor->value()))) {
      if (unit.empty() || unit == its_unit) found[{period, its_unit}].merge(statistics);
    }
  }
  TRY(cursor->status());
  std::vector<Point> points;
  points.reserve(found.size());
  for (auto& [place, statistics] : found) points.push_back({place.first, place.second, std::move(statistics)});
  return points;
}

std::string metrics_prefix(std::string_view account, std::string_view region, std::string_view space) {
  KeyWriter key(KeyKind::Metric);
  key.text(account).text(region);
  if (!space.empty()) key.text(space);
  return key.take();
}

Result<MetricRecord> read_metric(std::string_view key, std::string_view value) {
  MetricRecord metric;
  KeyReader reader(key);
  metric.name.account = reader.text();
  metric.name.region = reader.text();
  metric.name.space = reader.text();
  metric.name.name = reader.text();
  const std::string dimensions = "?" + reader.text();  // the kind's place
  KeyReader pairs(dimensions);
  while (!pairs.rest().empty() && pairs.ok()) {
    std::string name = pairs.text();
    std::string its_value = pairs.text();
    metric.name.dimensions.emplace_back(std::move(name), std::move(its_value));
  }
  const json::value record = TRY(decode_record(value));
  metric.number = static_cast<std::uint64_t>(find_int(record, "number").value_or(0));
  metric.last_ms = find_int(record, "last_ms").value_or(0);
  metric.trimmed_ms = find_int(record, "trimmed_ms").value_or(0);
  metric.high_resolution = find_bool(record, "high_resolution").value_or(false);
  return metric;
}

Result<std::optional<MetricRecord>> find_metric(Reader& reader, const MetricName& name) {
  const std::string key = key_of(name);
  const auto value = TRY(reader.get(key));
  if (!value) return std::optional<MetricRecord>();
  return std::optional(TRY(read_metric(key, *value)));
}

}  // namespace orrery::cloudwatch
