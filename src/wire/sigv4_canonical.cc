// The canonical request: IAM User Guide, "Create a signed AWS API request", step 1; for S3 its API Reference,
// "Signature Calculations for the Authorization Header".
#include "wire/sigv4_internal.h"

#include <algorithm>
#include <vector>

namespace orrery::wire::internal {
namespace {

constexpr std::array<bool, 256> kUnreserved = [] {
  std::array<bool, 256> table{};
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = table[c + 32] = true;
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (const char c : {'-', '_', '.', '~'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_blank(char c) { return c == ' ' || c == '\t'; }

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void append_encoded(unsigned char byte, std::string& out) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  const char escape[] = {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  out.append(escape, 3);
}

// Decodes and encodes again in one go, so that "%7e", "~" and "%7E" are the same. A '%' that starts no escape stands
// for itself.
void append_normalised(std::string_view raw, bool query, std::string& out) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    auto byte = static_cast<unsigned char>(raw[i]);
    bool literal = !query && byte == '/';
    if (byte == '%' && i + 2 < raw.size() && nibble(raw[i + 1]) >= 0 && nibble(raw[i + 2]) >= 0) {
      byte = static_cast<unsigned char>(nibble(raw[i + 1]) << 4 | nibble(raw[i + 2]));
      i += 2;
    } else if (byte == '+' && query) {
      byte = ' ';  // a form's space; a plus sign travels as %2B
    }
    literal = literal || kUnreserved[byte];
    if (literal) {
      out += static_cast<char>(byte);
    } else {
      append_encoded(byte, out);
    }
  }
}

// "Normalize URI paths according to RFC 3986": no empty, "." and ".." segments; then each segment, which is encoded
// already, is encoded once more.
void append_service_path(std::string_view path, std::string& out) {
  const std::size_t start = out.size();
  out += '/';
  bool any = false;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view segment = path.substr(at, end - at);
    at = end + 1;
    if (segment.empty() || segment == ".") continue;
    if (segment == "..") {
      const std::size_t slash = out.rfind('/');
      out.resize(std::max(slash, start));
      if (out.size() == start) out += '/';
      any = out.size() > start + 1;
      continue;
    }
    if (any) out += '/';
    for (const char c : segment) {
      const auto byte = static_cast<unsigned char>(c);
      if (kUnreserved[byte]) {
        out += c;
      } else {
        append_encoded(byte, out);
      }
    }
    any = true;
  }
  if (any && path.back() == '/') out += '/';
}

struct Parameter {
  std::uint32_t name, value, end;  // offsets in the buffer
};

// Sorted by encoded name, then encoded value, as bytes.
void append_query(std::string_view raw_query, AuthKind kind, std::string& out) {
  if (raw_query.empty()) return;
  thread_local std::string buffer;
  thread_local std::vector<Parameter> parameters;
  buffer.clear();
  parameters.clear();
  each_parameter(raw_query, [&](std::string_view name, std::string_view value) {
    if (kind == AuthKind::Presigned && name == "X-Amz-Signature") return true;
    Parameter p{static_cast<std::uint32_t>(buffer.size()), 0, 0};
    append_normalised(name, true, buffer);
    p.value = static_cast<std::uint32_t>(buffer.size());
    append_normalised(value, true, buffer);
    p.end = static_cast<std::uint32_t>(buffer.size());
    parameters.push_back(p);
    return true;
  });
  const auto slice = [](std::uint32_t from, std::uint32_t to) {
    return std::string_view(buffer).substr(from, to - from);
  };
  std::sort(parameters.begin(), parameters.end(), [&](const Parameter& a, const Parameter& b) {
    const int order = slice(a.name, a.value).compare(slice(b.name, b.value));
    return order != 0 ? order < 0 : slice(a.value, a.end) < slice(b.value, b.end);
  });
  bool first = true;
  for (const Parameter& p : parameters) {
    if (!first) out += '&';
    first = false;
    out += slice(p.name, p.value);
    out += '=';
    out += slice(p.value, p.end);
  }
}

// "Remove leading and trailing spaces, convert sequential spaces to a single space."
void append_header_value(std::string_view value, std::string& out) {
  value = trimmed(value);
  while (!value.empty()) {
    // Up to and without the next space, or all of it. (find_first_of calls memchr for each character: too slow here.)
    std::size_t end = 0;
    while (end < value.size() && !is_blank(value[end])) ++end;
    out += value.substr(0, end);
    if (end == value.size()) return;
    out += ' ';
    while (end < value.size() && is_blank(value[end])) ++end;
    value.remove_prefix(end);
  }
}

// "name:value,value\n"; false when no such header was sent.
bool append_header(const SignedRequest& request, std::string_view name, std::string& out) {
  out += name;
  out += ':';
  bool found = false;
  for (const auto& [key, value] : request.headers) {
    if (!equal_ignoring_case(key, name)) continue;
    if (found) out += ',';
    found = true;
    append_header_value(value, out);
  }
  out += '\n';
  return found;
}

}  // namespace

HexDigest hex_digest(const Sha256Digest& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  HexDigest out;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    out[2 * i] = kDigits[digest[i] >> 4];
    out[2 * i + 1] = kDigits[digest[i] & 15];
  }
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_sha256_hex(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) { return nibble(c) >= 0; });
}

std::string_view find_header(const SignedRequest& request, std::string_view lower_name) {
  for (const auto& [name, value] : request.headers) {
    if (equal_ignoring_case(name, lower_name)) return value.data() == nullptr ? std::string_view("") : trimmed(value);
  }
  return {};
}

bool is_signed(std::string_view signed_headers, std::string_view name) {
  while (!signed_headers.empty()) {
    const auto end = signed_headers.find(';');
    if (equal_ignoring_case(signed_headers.substr(0, end), name)) return true;
    if (end == std::string_view::npos) return false;
    signed_headers.remove_prefix(end + 1);
  }
  return false;
}

bool append_canonical_request(const SignedRequest& request, AuthKind kind, std::string_view signed_headers,
                              std::string_view payload_hash, std::string& out) {
  out += request.method;
  out += '\n';
  if (request.raw_path.empty()) {
    out += '/';
  } else if (request.style == ErrorStyle::S3) {
    append_normalised(request.raw_path, false, out);
  } else {
    append_service_path(request.raw_path, out);
  }
  out += '\n';
  append_query(request.raw_query, kind, out);
  out += '\n';
  bool complete = true;
  for (std::string_view rest = signed_headers; !rest.empty();) {
    const auto end = rest.find(';');
    complete &= append_header(request, rest.substr(0, end), out);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  out += '\n';
  out += signed_headers;
  out += '\n';
  out += payload_hash;
  return complete;
}

void append_scope(const Credential& scope, std::string& out) {
  out += scope.date;
  out += '/';
  out += scope.region;
  out += '/';
  out += scope.service;
  out += '/';
  out += kTerminator;
}

void append_string_to_sign(std::string_view timestamp, const Credential& scope, std::string_view canonical_request,
                           std::string& out) {
  out += kAlgorithm;
  out += '\n';
  out += timestamp;
  out += '\n';
  append_scope(scope, out);
  out += '\n';
  out += text(hex_digest(sha256(canonical_request)));
}

}  // namespace orrery::wire::internal
