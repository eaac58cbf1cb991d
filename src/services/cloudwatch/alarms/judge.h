// What state the data points of an alarm mean
// (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html, "Configuring how CloudWatch alarms
// treat missing data"). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace orrery::cloudwatch {

enum class Missing : std::uint8_t { Missing, Ignore, Breaching, NotBreaching };
enum class Verdict : std::uint8_t { Ok, Alarm, Insufficient, Keep };

struct AlarmRule {
  std::size_t periods = 1;   // EvaluationPeriods
  std::size_t to_alarm = 1;  // DatapointsToAlarm
  std::string_view comparison;
  double threshold = 0;
  Missing missing = Missing::Missing;
};

bool breaches(const AlarmRule& rule, double value);

struct Judgement {
  Verdict verdict = Verdict::Keep;
  std::size_t breaching = 0;  // of the points that count
  std::size_t real = 0;       // of those, how many were there
  std::size_t filled = 0;     // and how many were missing, and treated as the alarm says
};
// `newest_first`: one entry a period of the evaluation range, which is some periods longer than the alarm's.
Judgement judge(const AlarmRule& rule, std::span<const std::optional<double>> newest_first);

}  // namespace orrery::cloudwatch
