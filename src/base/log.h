// The server's own log (not CloudWatch Logs). A thin face on spdlog so that its headers stay in one translation unit.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace orrery::log {

enum class Level : unsigned char { Debug, Info, Warning, Error };
enum class Format : unsigned char { Text, Json };

// Called once from main; before that, lines go to standard error as text.
void configure(Format format, Level level);

// Whether lines of that level are written: to spare the making of fields that nobody will see.
bool enabled(Level level);

using Field = std::pair<std::string_view, std::string>;
void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});

inline void debug(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::Debug, m, f); }
inline void info(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::Info, m, f); }
inline void warning(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::Warning, m, f); }
inline void error(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::Error, m, f); }

}  // namespace orrery::log
