// What a sandbox looks like from inside, as a plan for the launcher.
#include "functions/sandbox/plan.h"
#include "functions/sandbox/sandbox.h"

#include <filesystem>

#include <sys/resource.h>
#include <unistd.h>

namespace orrery::functions {
namespace {

constexpr int kInsideUser = 993;  // what Lambda's own sandbox user happens to be; only in a user namespace

bool lies_under(const std::string& path, const std::string& directory) {
  return path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/';
}

// Programs and libraries of the host. On a merged system /bin, /lib… are links into /usr, and stay links.
void add_programs(PlanWriter& plan) {
  plan.add(Step::Bind, "/usr", "/usr");
  for (const char* name : {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}) {
    std::error_code failed;
    const auto target = std::filesystem::read_symlink(name, failed);
    if (!failed) {
      plan.add(Step::Link, target.string(), name);
    } else {
      plan.add(Step::BindIfThere, name, name);
    }
  }
}

// Only what programs need to find libraries, names and trust; nothing that says who else lives here.
void add_configuration(PlanWriter& plan, std::int64_t uid) {
  plan.add(Step::Directory, "/etc");
  for (const char* name : {"/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/ca-certificates", "/etc/pki",
                           "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/localtime",
                           "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives",
                           "/etc/mime.types", "/etc/protocols", "/etc/services", "/etc/host.conf"}) {
    plan.add(Step::BindIfThere, name, name);
  }
  // What extensions listen at, for the Telemetry API.
  plan.add(Step::File, "/etc/hosts", read_small_file("/etc/hosts") + "\n127.0.0.1 sandbox.localdomain sandbox\n");
  const std::string id = std::to_string(uid);
  plan.add(Step::File, "/etc/passwd",
           "root:x:0:0:root:/:/sbin/nologin\nsbx_user1051:x:" + id + ":" + id + "::/home/sbx_user1051:/sbin/nologin\n");
  plan.add(Step::File, "/etc/group", "root:x:0:\nsbx_user1051:x:" + id + ":\n");
}

void add_devices(PlanWriter& plan) {
  for (const char* name : {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"}) {
    plan.add(Step::BindDevice, name, name);
  }
  plan.add(Step::Link, "/proc/self/fd", "/dev/fd");
  plan.add(Step::Link, "/proc/self/fd/0", "/dev/stdin");
  plan.add(Step::Link, "/proc/self/fd/1", "/dev/stdout");
  plan.add(Step::Link, "/proc/self/fd/2", "/dev/stderr");
}

// The upper layer of an overlay is named first.
void add_layers(PlanWriter& plan, const std::vector<std::string>& layers) {
  if (layers.empty()) return plan.add(Step::Directory, "/opt");
  if (layers.size() == 1) return plan.add(Step::Bind, layers[0], "/opt");
  std::string lower;
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    if (!lower.empty()) lower += ':';
    for (const char c : *layer) {
      if (c == ':' || c == '\\' || c == ',') lower += '\\';
      lower += c;
    }
  }
  plan.add(Step::Overlay, "/opt", "lowerdir=" + lower);
}

}  // namespace

std::string Sandboxes::plan(const SandboxSpec& spec, const Cgroup& cgroup, std::optional<uid_t> uid, bool copy) const {
  PlanWriter plan;
  const std::int64_t user = privileged_ ? static_cast<std::int64_t>(*uid) : kInsideUser;
  if (!spec.ports.empty()) {
    std::string ports;
    for (const auto port : spec.ports) ports += std::to_string(port) + " ";
    plan.add(Step::Network, ports);
  }
  for (const std::string& file : cgroup.procs_files()) plan.add(Step::JoinCgroup, file);
  if (!privileged_) plan.add(Step::MapIds, user, user, std::int64_t{::geteuid()}, std::int64_t{::getegid()});
  plan.add(Step::HostName, "sandbox");
  plan.add(Step::NewRoot, options_.work_dir + "/root");
  add_programs(plan);
  const bool own_prefix = !spec.prefix.empty() && !lies_under(spec.prefix, "/usr");
  if (own_prefix) plan.add(Step::Bind, spec.prefix, spec.prefix);
  for (const std::string& path : hidden_) {
    if (lies_under(path, "/usr") || (own_prefix && lies_under(path, spec.prefix))) plan.add(Step::Hide, path);
  }
  add_configuration(plan, user);
  add_devices(plan);
  plan.add(Step::Proc, "/proc");
  plan.add(Step::Tmpfs, "/tmp",
           "mode=1777,nr_inodes=" + std::to_string(std::int64_t{spec.ephemeral_mb} * 256) +
               ",size=" + std::to_string(spec.ephemeral_mb) + "m");
  add_layers(plan, spec.layer_dirs);
  if (!spec.runtime_dir.empty()) plan.add(Step::Bind, spec.runtime_dir, "/var/runtime");
  plan.add(Step::Bind, spec.code_dir, "/var/task");
  plan.add(Step::EnterRoot);

  plan.add(Step::Limit, std::int64_t{RLIMIT_NOFILE}, std::int64_t{1024});
  plan.add(Step::Limit, std::int64_t{RLIMIT_NPROC}, std::int64_t{1024});
  plan.add(Step::Limit, std::int64_t{RLIMIT_CORE}, std::int64_t{0});
  // Without a control group the best there is: a limit for each process, on what it asks for rather than what it uses.
  if (!cgroup.valid()) plan.add(Step::Limit, std::int64_t{RLIMIT_DATA}, std::int64_t{spec.memory_mb} << 20);
  for (const std::string& variable : spec.variables) plan.add(Step::Variable, variable);
  for (const std::string& extension : spec.extensions) plan.add(Step::Extension, extension);
  if (!copy) {
    for (const std::string& argument : spec.arguments) plan.add(Step::Argument, argument);
  }
  if (privileged_) {
    plan.add(Step::Become, user, user);
  } else {
    plan.add(Step::Become, "", "");
  }
  plan.add(Step::Filter, filter_);
  plan.add(Step::Run, "/var/task");
  return plan.bytes();
}

}  // namespace orrery::functions
