// Coarse deadlines for many connections: setting one is a store, a tick touches only what may be due. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>

namespace orrery::http {

class TimerWheel {
 public:
  static constexpr int kTickMs = 250;

  // Something with a deadline. Leaves the wheel by itself when destroyed.
  class Entry {
   public:
    Entry() = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    virtual ~Entry() { unlink(); }

   protected:
    virtual void on_deadline() = 0;  // the deadline is over and unset

   private:
    friend class TimerWheel;
    void unlink();

    TimerWheel* wheel_ = nullptr;  // when linked
    Entry* next_ = nullptr;
    Entry* previous_ = nullptr;
    std::uint64_t due_ = 0;      // tick; 0: no deadline
    std::uint64_t visited_ = 0;  // the tick of the slot it is linked in, when linked
  };

  TimerWheel() = default;
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;
  ~TimerWheel();

  // Replaces the entry's deadline: it fires between after_ms and after_ms + 2 * kTickMs later.
  void arm(Entry& entry, int after_ms);
  // Forgets the deadline (the entry is unlinked when its slot comes by).
  void disarm(Entry& entry) { entry.due_ = 0; }
  // kTickMs have passed.
  void tick();
  bool empty() const { return linked_ == 0; }

 private:
  static constexpr std::size_t kSlots = 512;

  void link(Entry& entry);

  std::array<Entry*, kSlots> slots_{};
  std::uint64_t now_ = 0;
  std::size_t linked_ = 0;
};

}  // namespace orrery::http
