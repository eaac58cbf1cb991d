#include "functions/log_lines.h"

#include "base/json.h"
#include "base/utf8.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

namespace orrery::functions {
namespace {

// The Python bootstrap marks a record of several lines like this, see runtimes/python/bootstrap.py.
constexpr char kRecord = '\x1e';
constexpr char kNewLine = '\x1f';

// Where to cut an overlong line: not within a character.
std::size_t cut(std::string_view line) {
  if (line.size() <= kMaxLineBytes) return line.size();
  std::size_t at = kMaxLineBytes;
  while (at > kMaxLineBytes - 4 && (static_cast<unsigned char>(line[at]) & 0xC0) == 0x80) --at;
  return at;
}

}  // namespace

void LineSplitter::push(std::string_view bytes, const Take& take) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    if (end == std::string_view::npos) {
      partial_.append(bytes);
      while (partial_.size() > kMaxLineBytes) {
        const std::size_t length = cut(partial_);
        emit(std::string_view(partial_).substr(0, length), take);
        partial_.erase(0, length);
      }
      return;
    }
    if (partial_.empty()) {
      emit(bytes.substr(0, end), take);
    } else {
      partial_.append(bytes.substr(0, end));
      emit(partial_, take);
      partial_.clear();
    }
    bytes.remove_prefix(end + 1);
  }
}

void LineSplitter::flush(const Take& take) {
  if (partial_.empty()) return;
  emit(partial_, take);
  partial_.clear();
}

void LineSplitter::emit(std::string_view line, const Take& take) {
  std::string text = to_utf8(line);
  if (text.starts_with(kRecord)) {
    text.erase(0, 1);
    std::replace(text.begin(), text.end(), kNewLine, '\n');
  }
  std::string_view rest = text;
  do {
    const std::size_t length = cut(rest);
    take(std::string(rest.substr(0, length)));
    rest.remove_prefix(length);
  } while (!rest.empty());
}

std::string start_line(std::string_view request_id, std::string_view version) {
  return fmt::format("START RequestId: {} Version: {}", request_id, version);
}

std::string end_line(std::string_view request_id) { return fmt::format("END RequestId: {}", request_id); }

std::string report_line(const Report& report) {
  std::string line = fmt::format(
      "REPORT RequestId: {}\tDuration: {:.2f} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax Memory Used: {} MB\t",
      report.request_id, report.duration_ms, report.billed_ms, report.memory_mb, report.max_memory_mb);
  if (report.init_ms) line += fmt::format("Init Duration: {:.2f} ms\t", *report.init_ms);
  if (!report.status.empty()) line += fmt::format("Status: {}", report.status);
  if (!report.error_type.empty()) line += fmt::format("\tError Type: {}", report.error_type);
  return line;
}

std::string init_report_line(double init_ms, std::string_view status, std::string_view error_type) {
  std::string line = fmt::format("INIT_REPORT Init Duration: {:.2f} ms\tPhase: init\tStatus: {}", init_ms, status);
  if (!error_type.empty()) line += fmt::format("\tError Type: {}", error_type);
  return line;
}

std::string timeout_message(int timeout_ms) {
  return fmt::format("Task timed out after {:.2f} seconds", timeout_ms / 1000.0);
}

std::string exit_message(std::string_view how) {
  int number = 0;
  const auto space = how.find(' ');
  if (space != std::string_view::npos) std::from_chars(how.data() + space + 1, how.data() + how.size(), number);
  if (how.starts_with("exit ") && number != 0) return fmt::format("Runtime exited with error: exit status {}", number);
  if (how.starts_with("signal ")) {
    std::string name = ::strsignal(number);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    return "Runtime exited with error: signal: " + name;
  }
  return "Runtime exited without providing a reason";
}

std::string error_document(std::string_view type, std::string_view message) {
  return to_text(json::object{{"errorType", type}, {"errorMessage", message}});
}

}  // namespace orrery::functions
