#include "services/cloudwatch/alarms/judge.h"

#include <algorithm>

namespace orrery::cloudwatch {

bool breaches(const AlarmRule& rule, double value) {
  if (rule.comparison == "GreaterThanOrEqualToThreshold") return value >= rule.threshold;
  if (rule.comparison == "GreaterThanThreshold") return value > rule.threshold;
  if (rule.comparison == "LessThanThreshold") return value < rule.threshold;
  return value <= rule.threshold;
}

Judgement judge(const AlarmRule& rule, std::span<const std::optional<double>> newest_first) {
  Judgement out;
  // "CloudWatch evaluates the alarm state based on the most recent real data points": older ones of the range stand in
  // for newer ones that are missing.
  for (const std::optional<double>& value : newest_first) {
    if (!value || out.real == rule.periods) continue;
    ++out.real;
    if (breaches(rule, *value)) ++out.breaching;
  }
  out.filled = rule.periods - out.real;
  if (out.real == 0) {
    switch (rule.missing) {
      case Missing::Missing:
        out.verdict = Verdict::Insufficient;
        return out;
      case Missing::Ignore:
        out.verdict = Verdict::Keep;
        return out;
      default:
        break;
    }
  }
  const std::size_t filled_breaching = rule.missing == Missing::Breaching ? out.filled : 0;
  const bool enough = out.breaching + filled_breaching >= rule.to_alarm;
  const bool all_real = out.real > 0 && out.breaching == out.real;
  const bool all_known = out.filled > 0 && all_real && rule.missing == Missing::Missing;
  if (enough || all_known) {
    out.verdict = Verdict::Alarm;
  } else if (out.filled > 0 && all_real && rule.missing == Missing::Ignore) {
    out.verdict = Verdict::Keep;
  } else {
    out.verdict = Verdict::Ok;
  }
  return out;
}

}  // namespace orrery::cloudwatch
