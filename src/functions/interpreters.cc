#include "functions/interpreters.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>

namespace orrery::functions {
namespace {

constexpr std::string_view kPython = "python3.";

// "python3.12" -> 12.
std::optional<int> python_minor(std::string_view name) {
  if (!name.starts_with(kPython)) return std::nullopt;
  name.remove_prefix(kPython.size());
  int minor = 0;
  const auto [end, status] = std::from_chars(name.data(), name.data() + name.size(), minor);
  if (status != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return minor;
}

// Version managers put shell scripts of these names into the path; they would not work in a sandbox.
bool is_program(const std::filesystem::path& path) {
  char magic[4] = {};
  std::ifstream(path, std::ios::binary).read(magic, sizeof magic);
  return std::string_view(magic, 4) ==
         "\x7f"
         "ELF";
}

// The installation that a program belongs to: the parent of its bin directory, unless that is in every sandbox anyway.
std::string prefix_of(const std::filesystem::path& program) {
  const std::string prefix = program.parent_path().parent_path().string();
  return prefix == "/usr" || prefix.starts_with("/usr/") || prefix == "/" ? std::string() : prefix;
}

}  // namespace

std::vector<Interpreter> find_interpreters(std::span<const std::string> directories) {
  std::vector<Interpreter> found;
  for (const std::string& directory : directories) {
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
      const std::string name = entry.path().filename().string();
      const auto same = [&name](const Interpreter& known) { return known.runtime == name; };
      if (!python_minor(name) || std::any_of(found.begin(), found.end(), same)) continue;
      std::error_code broken;
      const auto real = std::filesystem::canonical(entry.path(), broken);
      if (broken || !is_program(real)) continue;
      found.push_back({name, real.string(), prefix_of(real), name.substr(std::string_view("python").size())});
    }
  }
  std::sort(found.begin(), found.end(), [](const Interpreter& a, const Interpreter& b) {
    return python_minor(a.runtime) > python_minor(b.runtime);
  });
  return found;
}

const Interpreter* choose_interpreter(std::span<const Interpreter> interpreters, std::string_view runtime) {
  const auto wanted = python_minor(runtime);
  if (!wanted) return nullptr;
  const Interpreter* newest = nullptr;
  const Interpreter* nearest = nullptr;  // the oldest that is not older than what is wanted
  for (const Interpreter& candidate : interpreters) {
    const auto minor = python_minor(candidate.runtime);
    if (!minor) continue;
    if (newest == nullptr || *minor > *python_minor(newest->runtime)) newest = &candidate;
    if (*minor >= *wanted && (nearest == nullptr || *minor < *python_minor(nearest->runtime))) nearest = &candidate;
  }
  return nearest != nullptr ? nearest : newest;
}

}  // namespace orrery::functions
