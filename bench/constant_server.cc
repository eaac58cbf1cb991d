// orrery_constant: Orrery's HTTP stack and nothing else. Answers every request with the same bytes: what the stack and
// the kernel cost, to measure the rest against. Prints its port, runs until it is killed.
//   orrery_constant [BYTES [THREADS]]
#include "http/server.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include <unistd.h>

namespace {

using orrery::http::awaitable;
using orrery::http::Request;
using orrery::http::Response;

awaitable<Response> answer(Request& request, const std::string& constant) {
  const auto body = co_await request.body.read_all(std::size_t{16} << 20);
  Response response = Response::text(body ? 200 : 400, constant, "application/x-amz-json-1.0");
  response.headers.add("x-amzn-RequestId", "00000000-0000-4000-8000-000000000000");
  response.headers.add("Date", "Sun, 01 Mar 2026 00:00:00 GMT");
  co_return response;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string constant(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1200, 'x');
  orrery::http::Options options;
  options.threads = argc > 2 ? static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10)) : 2;
  orrery::http::Server server(options, [&](Request& request) { return answer(request, constant); });
  if (const auto started = server.start(); !started) {
    std::fprintf(stderr, "%s\n", started.error().message.c_str());
    return 1;
  }
  std::printf("%u\n", server.port());
  std::fflush(stdout);
  for (;;) ::pause();
}
