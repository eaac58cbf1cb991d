#include "functions/sandbox/seccomp.h"

#include "functions/sandbox/fd.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace orrery::functions {
namespace {

// A list of what is denied rather than of what is allowed: any runtime (`provided.*`) must work. These reach outside
// the process's own business: mounts, namespaces, other processes, kernel code and configuration, time, keys, raw
// devices.
constexpr const char* kDenied[] = {
    "acct",
    "add_key",
    "adjtimex",
    "afs_syscall",
    "bpf",
    "chroot",
    "clock_adjtime",
    "clock_settime",
    "create_module",
    "delete_module",
    "fanotify_init",
    "finit_module",
    "fsconfig",
    "fsmount",
    "fsopen",
    "fspick",
    "get_kernel_syms",
    "get_mempolicy",
    "init_module",
    "io_uring_enter",
    "io_uring_register",
    "io_uring_setup",
    "ioperm",
    "iopl",
    "kcmp",
    "kexec_file_load",
    "kexec_load",
    "keyctl",
    "lookup_dcookie",
    "mbind",
    "migrate_pages",
    "mount",
    "mount_setattr",
    "move_mount",
    "move_pages",
    "name_to_handle_at",
    "nfsservctl",
    "open_by_handle_at",
    "open_tree",
    "perf_event_open",
    "personality",
    "pidfd_getfd",
    "pivot_root",
    "process_madvise",
    "process_vm_readv",
    "process_vm_writev",
    "ptrace",
    "query_module",
    "quotactl",
    "quotactl_fd",
    "reboot",
    "request_key",
    "set_mempolicy",
    "setdomainname",
    "sethostname",
    "setns",
    "settimeofday",
    "stime",
    "swapoff",
    "swapon",
    "syslog",
    "umount",
    "umount2",
    "unshare",
    "uselib",
    "userfaultfd",
    "ustat",
    "vhangup",
    "vm86",
    "vm86old",
};

constexpr scmp_datum_t kNamespaceFlags =
    CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

int add_rules(scmp_filter_ctx filter) {
  for (const char* name : kDenied) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) continue;  // libseccomp does not know it, hence no kernel of its time has it
    if (const int status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0); status < 0) return status;
  }
  int status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  // One rule a flag: the comparison is "these bits equal this", and any one of them is too many.
  for (scmp_datum_t flag = 1; flag != 0 && flag <= CLONE_NEWNET && status == 0; flag <<= 1) {
    if ((kNamespaceFlags & flag) == 0) continue;
    status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                              SCMP_CMP(0, SCMP_CMP_MASKED_EQ, flag, flag));
  }
  // Only the socket families that programs need: not raw packets, netlink audit, vsock to a hypervisor, and the like.
  for (const unsigned family : {AF_PACKET, AF_VSOCK, AF_KEY, AF_ALG, AF_BLUETOOTH, AF_CAN, AF_TIPC, AF_RDS, AF_XDP}) {
    if (status == 0) {
      status =
          seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1, SCMP_CMP(0, SCMP_CMP_EQ, family));
    }
  }
  // ioctl(TIOCSTI) types into a terminal, TIOCLINUX likewise.
  for (const scmp_datum_t request : {0x5412U, 0x541CU}) {
    if (status == 0) {
      status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
                                SCMP_CMP(1, SCMP_CMP_MASKED_EQ, 0xFFFFFFFFU, request));
    }
  }
  return status;
}

}  // namespace

Result<std::string> seccomp_program() {
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  if (filter == nullptr) return fail(internal_error("seccomp_init failed"));
  const Fd file(::memfd_create("seccomp", MFD_CLOEXEC));
  seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);  // a binary tree of the numbers; a wish, hence unchecked
  int status = add_rules(filter);
  if (status == 0) status = seccomp_export_bpf(filter, file.get());
  seccomp_release(filter);
  if (status < 0)
    return fail(internal_error(std::string("the seccomp filter cannot be built: ") + std::strerror(-status)));
  std::string program(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)), '\0');
  if (::pread(file.get(), program.data(), program.size(), 0) != static_cast<ssize_t>(program.size())) {
    return fail(internal_error("the seccomp filter cannot be read back"));
  }
  return program;
}

}  // namespace orrery::functions
