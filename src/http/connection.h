// One client connection: reads heads, lends bodies to the handler, writes responses. Lives on one worker's thread.
#pragma once

#include "http/worker.h"

#include <array>
#include <memory>
#include <optional>
#include <string_view>

namespace orrery::http {

class Connection final : public TimerWheel::Entry, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Socket socket, Worker& worker, std::shared_ptr<ListenerState> listener);
  ~Connection() override;

  // Serves until the connection ends.
  static awaitable<void> serve(std::shared_ptr<Connection> self);
  const ListenerState* listener() const { return listener_.get(); }
  // Closes when idle, else after the response.
  void retire();
  // Ends all waiting on the socket, now and later.
  void cut();

  std::size_t slot = 0;  // the worker's

 private:
  // The body of the request under way (connection_body.cc).
  class Body final : public BodyReader {
   public:
    explicit Body(Connection& connection) : connection_(connection) {}
    void begin(const Head& head, std::size_t start, std::size_t end);

    awaitable<Result<std::string_view>> read() override;
    awaitable<Result<std::string_view>> read_all(std::size_t limit_bytes) override;
    std::optional<std::string_view> buffered() override;
    std::optional<std::uint64_t> content_length() const override { return length_; }
    std::string_view trailer(std::string_view name) const override;

    bool finished() const { return finished_ && !failed_; }
    // Not read to its end, and not worth reading to find the next request.
    bool abandoned();
    bool awaits_continue() const { return awaits_continue_; }
    awaitable<bool> drain();
    std::string_view rest() const { return {data_ + position_, end_ - position_}; }

   private:
    std::string_view take(std::size_t size);
    void decode();
    awaitable<Result<std::size_t>> receive(char* into, std::size_t size);
    awaitable<Result<std::string_view>> read_sized();
    awaitable<Result<std::string_view>> read_chunked();
    void make_room();
    Failure broken(Error error);

    Connection& connection_;
    std::optional<std::uint64_t> length_;
    std::uint64_t remaining_ = 0;  // of a sized body
    bool chunked_ = false;
    bool awaits_continue_ = false;
    bool finished_ = true;
    bool malformed_ = false;
    bool failed_ = false;
    std::string_view decoded_;  // of a chunked body, not yet handed out
    // Where unread bytes lie: behind the head, or in the large buffer.
    char* data_ = nullptr;
    std::size_t capacity_ = 0, position_ = 0, end_ = 0;
    std::size_t since_yield_ = 0;
  };

  enum class Wait : unsigned char { Ready, TimedOut, Cut };
  enum class Incoming : unsigned char { Request, Refused, Close };

  void on_deadline() override;
  void set_deadline(int after_ms);
  void clear_deadline() { worker_.clear_deadline(*this); }
  awaitable<Wait> wait(Socket::wait_type what);
  awaitable<void> yield();
  // Reads at least one byte, waiting for the socket first unless `at_once`.
  awaitable<Io> receive(char* into, std::size_t size, bool at_once);
  awaitable<Io> receive_plain(char* into, std::size_t size);
  awaitable<bool> send(std::array<iovec, 3> parts, int count);

  awaitable<void> run();
  awaitable<bool> first_bytes();
  awaitable<Incoming> next_request();
  Incoming parse();
  void skip_empty_lines();
  std::optional<HeadError> head_overflow() const;
  awaitable<Response> handle(Request& request);
  void watch(std::function<void()> gone);
  awaitable<bool> answer();
  std::optional<std::uint32_t> known_peer_user();
  awaitable<bool> respond(Response& response, bool head_only);
  awaitable<bool> respond_stream(BodySource& source, bool chunked);
  awaitable<bool> await_piece(BodySource& source);
  void write_head(const Response& response, std::optional<std::uint64_t> length, bool chunked);
  awaitable<void> refuse(HeadError error);
  awaitable<void> linger();
  void end_request();

  Socket socket_;
  Worker& worker_;
  std::shared_ptr<ListenerState> listener_;
  Transport transport_;
  Address remote_;
  std::optional<std::uint32_t> peer_user_;
  Body body_{*this};
  std::unique_ptr<Scratch> scratch_;  // null while idle
  std::unique_ptr<Buffer> large_;     // for big uploads
  std::size_t begin_ = 0, end_ = 0;   // unparsed bytes in the scratch input; the head while a request is under way
  std::size_t scanned_ = 0;
  HeadError refusal_{};
  bool keep_ = true;
  bool idle_ = false;
  bool retired_ = false;
  bool cut_ = false;
  bool expired_ = false;
  bool watching_ = false;
};

}  // namespace orrery::http
