// The plan: what the launcher does, step by step, to turn itself into a sandbox. The server writes it, the launcher
// reads it. A record is one byte (the step), then the step's arguments, each a 32-bit length in host order, that many
// bytes and a zero byte; numbers are decimal texts. Paths inside the sandbox start with '/' and are taken under the new
// root.
#pragma once

namespace orrery::functions {

enum class Step : char {
  JoinCgroup = 'c',   // cgroup.procs file
  MapIds = 'U',       // inside uid, inside gid, outside uid, outside gid: after a new user namespace
  Network = 'n',      // ports: loopback up, listening sockets on these sent over the status socket
  HostName = 'h',     // name
  NewRoot = 'R',      // host directory on which the new root's tmpfs is mounted
  Directory = 'd',    // path: made with its parents, 0755
  Bind = 'b',         // host path, path: read-only, nosuid, nodev; a missing host path is an error
  BindIfThere = 'B',  // the same; a missing host path is skipped
  BindDevice = 'v',   // host path, path: nosuid, noexec
  Tmpfs = 't',        // path, options ("size=…,mode=…"): writable, nosuid, nodev
  Overlay = 'o',      // path, options ("lowerdir=…"): read-only
  Hide = 'H',         // path: an empty unreadable directory (or file) is mounted over what is there
  File = 'f',         // path, content
  Link = 'l',         // target, path
  Proc = 'p',         // path; a refusal (masked /proc of a container) leaves the directory empty
  EnterRoot = 'P',    // pivot_root, forget the host's tree, make the root read-only
  Limit = 'L',        // rlimit resource, value
  Become = 'u',       // uid, gid ("" keeps the ids): drops groups, capabilities, sets no_new_privs
  Filter = 's',       // seccomp program: an array of struct sock_filter; empty for none
  Variable = 'e',     // NAME=value
  Argument = 'a',     // next argument; the first is the program
  Extension = 'X',    // program, started at Run beside the program; all of them print into a pipe of their own
  Run = 'x',          // working directory: forks, executes, reaps until the program ends
};

// To the launcher, with one of these values: nothing inside runs any more, or runs again; or a new socket of the
// sandbox is wanted. A real-time signal, since those are queued in order.
inline constexpr int kControlSignal = 40;
inline constexpr int kFreeze = 1;
inline constexpr int kThaw = 2;
inline constexpr int kDial = 3;

// What comes over the status socket before the report, one byte each, with descriptors. (Reports begin with a small
// letter.)
inline constexpr char kListenersMark = 'N';        // listening sockets, Step::Network
inline constexpr char kExtensionOutputMark = 'X';  // where to read what the extensions print
inline constexpr char kSocketMark = 'S';           // the answer to kDial; without a descriptor when there is none

inline constexpr int kMaxPorts = 4;

// Between the server and a template process (launcher/template.cc): one packet asks for a copy, with the descriptors of
// plan, standard input, output and status; one answers.
inline constexpr int kTemplateFds = 4;
struct TemplateRequest {
  int user_namespace, network_namespace;  // 0 or 1
};
struct TemplateReply {
  int pid;  // or a negative errno
};

// File descriptors at the launcher's start besides 0, 1 and 2. The status is a stream socket.
inline constexpr int kPlanFd = 3;    // the plan, to read from offset 0
inline constexpr int kStatusFd = 4;  // to write: "exit N", "signal N" or "failed STEP ARGUMENT: reason"

}  // namespace orrery::functions
