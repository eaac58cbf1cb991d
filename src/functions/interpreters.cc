#include "functions/interpreters.h"

#include "functions/sandbox/fd.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace orrery::functions {
namespace {

// A managed runtime's language and version: {"python3.", 12}, {"nodejs", 20}.
struct RuntimeId {
  std::string_view family;
  int number = 0;
};

std::optional<int> whole_number(std::string_view text) {
  int number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<RuntimeId> runtime_id(std::string_view name) {
  for (const std::string_view family : {"python3.", "nodejs"}) {
    if (!name.starts_with(family)) continue;
    std::string_view rest = name.substr(family.size());
    if (family == "nodejs" && rest.ends_with(".x")) rest.remove_suffix(2);
    if (const auto number = whole_number(rest)) return RuntimeId{family, *number};
  }
  return std::nullopt;
}

// "node", "nodejs", "node20", "node-20".
bool is_node_name(std::string_view name) {
  if (!name.starts_with("node")) return false;
  name.remove_prefix(4);
  if (name.starts_with("js")) name.remove_prefix(2);
  if (name.starts_with("-")) name.remove_prefix(1);
  return name.empty() || whole_number(name).has_value();
}

// What `node --version` says: "v20.20.2" -> 20.
std::optional<int> node_version(const std::string& program) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) return std::nullopt;
  const Fd read_end(ends[0]);
  Fd write_end(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, write_end.get(), 1);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  std::string name = program, option = "--version";
  char* const arguments[] = {name.data(), option.data(), nullptr};
  char* const nothing[] = {nullptr};
  pid_t pid = 0;
  const int failed = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments, nothing);
  posix_spawn_file_actions_destroy(&actions);
  write_end.reset();
  if (failed != 0) return std::nullopt;
  char text[64] = {};
  pollfd ready = {read_end.get(), POLLIN, 0};
  const bool answered = ::poll(&ready, 1, 5000) > 0 && ::read(read_end.get(), text, sizeof text - 1) > 0;
  if (!answered) ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  const std::string_view version = text;
  return version.starts_with("v") ? whole_number(version.substr(1, version.find('.') - 1)) : std::nullopt;
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

std::optional<Interpreter> interpreter_at(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  const auto python = runtime_id(name);
  if (!is_node_name(name) && (!python || python->family != "python3.")) return std::nullopt;
  std::error_code broken;
  const auto real = std::filesystem::canonical(file, broken);
  if (broken || !is_program(real)) return std::nullopt;
  if (!is_node_name(name))
    return Interpreter{name, real.string(), prefix_of(real), "3." + std::to_string(python->number)};
  const auto version = node_version(real.string());
  if (!version) return std::nullopt;
  const std::string number = std::to_string(*version);
  return Interpreter{"nodejs" + number + ".x", real.string(), prefix_of(real), number};
}

bool is_before(const Interpreter& a, const Interpreter& b) {
  const auto left = runtime_id(a.runtime), right = runtime_id(b.runtime);
  return left->family != right->family ? left->family > right->family : left->number > right->number;
}

}  // namespace

std::vector<Interpreter> find_interpreters(std::span<const std::string> directories) {
  std::vector<Interpreter> found;
  std::set<std::string> seen;  // files that were looked at: `node` and `nodejs` are often the same
  for (const std::string& directory : directories) {
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with("python3.") && !is_node_name(name)) continue;
      std::error_code broken;
      const auto real = std::filesystem::canonical(entry.path(), broken);
      if (broken || (is_node_name(name) && !seen.insert(real.string()).second)) continue;
      auto interpreter = interpreter_at(entry.path());
      if (!interpreter) continue;
      const auto same = [&](const Interpreter& known) { return known.runtime == interpreter->runtime; };
      if (std::none_of(found.begin(), found.end(), same)) found.push_back(*std::move(interpreter));
    }
  }
  std::sort(found.begin(), found.end(), is_before);
  return found;
}

const Interpreter* choose_interpreter(std::span<const Interpreter> interpreters, std::string_view runtime) {
  const auto wanted = runtime_id(runtime);
  if (!wanted) return nullptr;
  const Interpreter* newest = nullptr;
  const Interpreter* nearest = nullptr;  // the oldest that is not older than what is wanted
  for (const Interpreter& candidate : interpreters) {
    const auto id = runtime_id(candidate.runtime);
    if (!id || id->family != wanted->family) continue;
    if (newest == nullptr || id->number > runtime_id(newest->runtime)->number) newest = &candidate;
    const bool nearer = nearest == nullptr || id->number < runtime_id(nearest->runtime)->number;
    if (id->number >= wanted->number && nearer) nearest = &candidate;
  }
  return nearest != nullptr ? nearest : newest;
}

std::vector<ServedRuntime> served_runtimes(std::span<const Interpreter> interpreters) {
  // docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, those that may still be created or updated.
  std::vector<ServedRuntime> served;
  for (const char* runtime : {"python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python3.9",
                              "nodejs24.x", "nodejs22.x", "nodejs20.x", "nodejs18.x"}) {
    const Interpreter* interpreter = choose_interpreter(interpreters, runtime);
    if (interpreter != nullptr) served.push_back({runtime, interpreter});
  }
  for (const char* runtime : {"provided.al2023", "provided.al2", "provided"}) served.push_back({runtime, nullptr});
  return served;
}

}  // namespace orrery::functions
