// Threads that differ at a branch become groups. The group that is furthest back runs, until it meets another one.
#include <algorithm>
#include <climits>

#include "machine.hpp"

namespace cuda_on_cpu {
namespace {

lane_mask true_lanes(const unsigned char* predicates) {
  lane_mask m = 0;
  for (int k = 0; k < lanes; k += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, predicates + k, 8);
    m |= static_cast<lane_mask>((eight * 0x0102040810204080ull) >> 56) << k;
  }
  return m;
}

using group = warp::group;

/// Takes the groups at the smallest address out of the list, as one.
group take_last(std::vector<group>& groups) {
  group next{INT_MAX, 0};
  for (const group& g : groups) next.at = std::min(next.at, g.at);
  for (const group& g : groups)
    if (g.at == next.at) next.who |= g.who;
  std::erase_if(groups, [&](const group& g) { return g.at == next.at; });
  return next;
}
int nearest_ahead(const std::vector<group>& groups) {
  int at = INT_MAX;
  for (const group& g : groups) at = std::min(at, g.at);
  return at;
}

void call(frame& f, const instruction& i, lane_mask who);

/// Returns the lanes that wait at a barrier, and sets `behind`.
lane_mask run(frame& f, std::vector<group>& groups, int& behind) {
  const instruction* const body = f.c->body.data();
  lane_mask waiting = 0;
  while (!groups.empty()) {
    group now = take_last(groups);
    int meets = nearest_ahead(groups);
    std::uint64_t steps = 0;
    const auto active = static_cast<std::uint64_t>(__builtin_popcount(now.who));
    for (; now.who != 0 && now.at < meets; ++steps) {
      const instruction& i = body[now.at];
      lane_mask who = now.who;
      if (i.guarded) {
        const lane_mask p = true_lanes(f.rows + i.guard);
        who &= i.unless ? ~p : p;
      }
      if (i.kind == instruction::plain) {
        if (who != 0) i.run(f, i, who);
        ++now.at;
      } else if (i.kind == instruction::branch) {
        if (who == now.who) {
          now.at = i.target;
          if (now.at >= meets) break;
        } else if (who == 0) {
          ++now.at;
        } else {
          groups.push_back({i.target, who});
          now.who &= ~who;
          ++now.at;
          break;
        }
      } else if (i.kind == instruction::call) {
        if (who != 0) call(f, i, who);
        ++now.at;
      } else if (i.kind == instruction::leave) {
        if (who != now.who) groups.push_back({now.at + 1, now.who & ~who});
        now.who = 0;
      } else {
        if (waiting != 0 && behind != now.at + 1)
          fault_in(f, i, __builtin_ctz(who), "waits at one barrier while thread ",
                   f.w->thread[__builtin_ctz(waiting)], " of its warp waits at another one");
        waiting |= who;
        behind = now.at + 1;
        now.who &= ~who;
        ++now.at;
      }
    }
    counted().instructions += steps * active;
    if (now.who != 0) groups.push_back(now);
  }
  return waiting;
}

void call(frame& f, const instruction& i, lane_mask who) {
  const code& callee = *i.callee;
  frame inner(f.w, &callee);
  const auto copy = [&](frame& to, const ptx::parameter& t, const frame& from, const ptx::parameter& s) {
    for (lane_mask m = who; m != 0; m &= m - 1) {
      const int l = __builtin_ctz(m);
      std::memcpy(to.parameters.data() + l * to.c->text.memory_bytes + t.offset,
                  from.parameters.data() + l * from.c->text.memory_bytes + s.offset,
                  static_cast<std::size_t>(t.bytes));
    }
  };
  const std::vector<ptx::operand>& o = i.source->operands;
  const std::size_t returns = o.size() > 1 && o[0].kind == ptx::operand::list ? 1 : 0;
  for (std::size_t k = 0; k < callee.text.in.size(); ++k)
    copy(inner, callee.text.in[k], f, f.c->text.memory.at(o[returns + 1].parts[k].text));
  std::vector<group> groups{{0, who}};
  int behind = 0;
  if (run(inner, groups, behind) != 0) fault_in(f, i, __builtin_ctz(who), "waits at a barrier inside of a function");
  for (std::size_t k = 0; k < callee.text.out.size(); ++k)
    copy(f, f.c->text.memory.at(o[0].parts[k].text), inner, callee.text.out[k]);
}

}  // namespace

counts& counted() {
  static counts all;
  return all;
}

void frame::start() {
  memory.resize(c->rows.size() + 64);
  rows = memory.data() + (64 - reinterpret_cast<std::uintptr_t>(memory.data()) % 64);
  std::memcpy(rows, c->rows.data(), c->rows.size());
  parameters.assign(static_cast<std::size_t>(c->text.memory_bytes) * lanes, 0xcd);
  local.assign(static_cast<std::size_t>(c->text.local_bytes) * lanes, 0xcd);
}

void warp::run_to_barrier() {
  if (waiting != 0) running.push_back({behind, waiting});
  waiting = run(*top, running, behind);
}

}  // namespace cuda_on_cpu
