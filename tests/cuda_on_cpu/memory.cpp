#include "memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>

#include "fault.hpp"

namespace cuda_on_cpu {
namespace {

constexpr std::size_t device_bytes = std::size_t{1} << 40, most = std::size_t{1} << 34;

struct device_memory {
  std::map<address, std::unique_ptr<allocation>> allocations;  // never erased: a name for every address there was
  address next = 0;

  device_memory() {
    void* const range = mmap(nullptr, device_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) fault("a range of addresses for the device's memory cannot be had");
    next = reinterpret_cast<address>(range) + red_zone;
  }
};
device_memory& memory() {
  static auto* const all = new device_memory;  // static objects of the program may free memory at its very end
  return *all;
}

void* pointer(address a) { return reinterpret_cast<void*>(a); }
address number(const void* p) { return reinterpret_cast<address>(p); }

allocation& used(const void* p, std::size_t count, const char* call) {
  allocation* const a = nearest(number(p));
  if (a == nullptr || !a->holds(number(p), count))
    fault(call, " uses ", count, " bytes at ", hex{number(p)}, ", ", describe(number(p), count));
  return *a;
}

}  // namespace

allocation* allocate(std::size_t size, bool managed) {
  if (size > most) return nullptr;
  auto a = std::make_unique<allocation>();
  a->size = size;
  a->managed = managed;
  if (managed) {
    void* const p = mmap(nullptr, std::max<std::size_t>(size, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                         -1, 0);
    if (p == MAP_FAILED) return nullptr;
    a->begin = number(p);
    a->bytes = static_cast<unsigned char*>(p);
    a->written.assign(size, 1);  // nobody sees what the host writes
  } else {
    a->begin = memory().next;
    memory().next += (size + 2 * red_zone - 1) / red_zone * red_zone + red_zone;
    revive(*a);
  }
  allocation* const made = a.get();
  memory().allocations[made->begin] = std::move(a);
  return made;
}

void revive(allocation& a) {
  a.freed = false;
  a.storage.assign(a.size, 0xcd);
  a.written.assign(a.size, 0);
  a.bytes = a.storage.data();
}

std::string release(address begin) {
  const auto found = memory().allocations.find(begin);
  if (found == memory().allocations.end()) return "was never given out";
  allocation& a = *found->second;
  if (a.freed) return "is freed already";
  a.freed = true;
  a.written = {};
  a.storage = {};
  a.bytes = nullptr;
  if (a.managed) mprotect(pointer(begin), std::max<std::size_t>(a.size, 1), PROT_NONE);
  return {};
}

allocation* nearest(address a) {
  const auto behind = memory().allocations.upper_bound(a);
  return behind == memory().allocations.begin() ? nullptr : std::prev(behind)->second.get();
}

std::string describe(address a, std::size_t count) {
  const auto behind = memory().allocations.upper_bound(a);
  if (behind != memory().allocations.begin()) {
    const allocation& before = *std::prev(behind)->second;
    const std::size_t at = a - before.begin;
    if (at < before.size + red_zone) {
      if (before.freed) return sentence("byte ", at, " of ", before.size, " bytes that have been freed");
      return sentence("byte ", at, " of an allocation of ", before.size, " bytes");
    }
  }
  if (behind != memory().allocations.end() && behind->first - a < red_zone)
    return sentence(behind->first - a, " bytes in front of an allocation of ", behind->second->size, " bytes");
  return a < red_zone || count == 0 ? "a null pointer" : "which is no memory of the device";
}

void copy(void* to, const void* from, std::size_t count, bool to_device, bool from_device) {
  if (count == 0) return;
  const unsigned char* source = static_cast<const unsigned char*>(from);
  if (from_device) {
    const allocation& a = used(from, count, "cudaMemcpy");
    const std::size_t at = number(from) - a.begin;
    const auto first = a.written.begin() + static_cast<std::ptrdiff_t>(at);
    const auto unwritten = std::find(first, first + static_cast<std::ptrdiff_t>(count), 0);
    if (unwritten != first + static_cast<std::ptrdiff_t>(count))
      fault("cudaMemcpy reads byte ", unwritten - a.written.begin(), " of an allocation of ", a.size,
            " bytes, which nothing has written");
    source = a.bytes + at;
  }
  unsigned char* target = static_cast<unsigned char*>(to);
  if (to_device) {
    allocation& a = used(to, count, "cudaMemcpy");
    const std::size_t at = number(to) - a.begin;
    std::fill_n(a.written.begin() + static_cast<std::ptrdiff_t>(at), count, 1);
    target = a.bytes + at;
  }
  std::memmove(target, source, count);
}

void fill(void* to, int value, std::size_t count) {
  const std::vector<unsigned char> bytes(count, static_cast<unsigned char>(value));
  copy(to, bytes.data(), count, true, false);
}

}  // namespace cuda_on_cpu
