#include "base/log.h"

#include "base/json.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace orrery::log {
namespace {

Format g_format = Format::Text;

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("orrery", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
    return made;
  }();
  return *instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::Debug:
      return spdlog::level::debug;
    case Level::Info:
      return spdlog::level::info;
    case Level::Warning:
      return spdlog::level::warn;
    case Level::Error:
      return spdlog::level::err;
  }
  __builtin_unreachable();
}

std::string as_json(std::string_view message, std::initializer_list<Field> fields) {
  json::object object;
  object["message"] = message;
  for (const auto& [name, value] : fields) object[name] = value;
  const std::string text = json::serialize(object);
  return text.substr(1, text.size() - 2);  // the pattern supplies the braces, the time and the level
}

std::string as_text(std::string_view message, std::initializer_list<Field> fields) {
  std::string text(message);
  for (const auto& [name, value] : fields) {
    text.append(" ").append(name).append("=");
    const bool plain = !value.empty() && value.find_first_of(" \"\n\t") == std::string::npos;
    text += plain ? value : json::serialize(json::value(value));
  }
  return text;
}

}  // namespace

void configure(Format format, Level level) {
  g_format = format;
  if (format == Format::Json) {
    logger().set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})", spdlog::pattern_time_type::utc);
  }
  logger().set_level(to_spdlog(level));
}

bool enabled(Level level) { return logger().should_log(to_spdlog(level)); }

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  logger().log(to_spdlog(level), "{}", g_format == Format::Json ? as_json(message, fields) : as_text(message, fields));
}

}  // namespace orrery::log
