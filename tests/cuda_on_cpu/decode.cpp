// Statements to instructions: names of registers become rows, numbers rows of constants, opcodes functions.
#include <algorithm>

#include "operations.hpp"

namespace cuda_on_cpu {
namespace {

const operations& table() {
  static const operations all = [] {
    operations made;
    add_floating(made);
    add_integer(made);
    add_conversions(made);
    return made;
  }();
  return all;
}

std::map<std::string, std::string>& texts() {
  static auto* const all = new std::map<std::string, std::string>;
  return *all;
}

class decoder {
 public:
  explicit decoder(code& c) : c_(c), f_(c.text) {
    for (const ptx::statement& s : f_.body) c_.body.push_back(decoded(s));
    instruction end;  // a body that ends without ret
    end.kind = instruction::leave;
    c_.body.push_back(end);
    for (const char* x : {"%tid.x", "%ctaid.x", "%ntid.x", "%nctaid.x"}) special(x);
    c_.thread_row = c_.names.at("%tid.x");
    c_.block_row = c_.names.at("%ctaid.x");
    c_.threads_row = c_.names.at("%ntid.x");
    c_.blocks_row = c_.names.at("%nctaid.x");
  }

 private:
  [[noreturn]] void unknown(const ptx::statement& s, const char* what) const {
    fault("kernel ", f_.name, ": ", what, ": ", s.text);
  }

  std::uint32_t new_row(int bytes) {
    const auto at = static_cast<std::uint32_t>(c_.rows.size());
    for (int k = 0; k < lanes * bytes; ++k) c_.rows.push_back(bytes == 1 ? 1 : k % 2 == 0 ? 0xef : 0xbe);
    c_.rows.resize((c_.rows.size() + 63) / 64 * 64);
    return at;
  }
  std::uint32_t constant(std::uint64_t value, int bytes) {
    const std::string name = sentence("#", bytes, "#", value);
    if (const auto old = c_.names.find(name); old != c_.names.end()) return old->second;
    const std::uint32_t row = new_row(bytes);
    for (int l = 0; l < lanes; ++l)
      std::memcpy(c_.rows.data() + row + l * bytes, &value, static_cast<std::size_t>(bytes));
    return c_.names[name] = row;
  }
  std::uint32_t special(const std::string& name) {
    const auto [at, fresh] = c_.names.try_emplace(name, 0);
    if (fresh) at->second = new_row(4);
    return at->second;
  }

  static std::uint64_t number(const std::string& text) {
    if (text.rfind("0f", 0) == 0 || text.rfind("0d", 0) == 0) return std::stoull(text.substr(2), nullptr, 16);
    return text[0] == '-' ? static_cast<std::uint64_t>(std::stoll(text, nullptr, 0)) : std::stoull(text, nullptr, 0);
  }

  std::uint32_t row(const ptx::statement& s, const ptx::operand& o, int bytes) {
    if (o.kind == ptx::operand::number) return constant(number(o.text), bytes);
    if (o.kind != ptx::operand::name || o.negated) unknown(s, "an operand of a kind that is not known here");
    if (o.text == "%tid.y" || o.text == "%tid.z" || o.text == "%ctaid.y" || o.text == "%ctaid.z") return constant(0, 4);
    if (o.text == "%ntid.y" || o.text == "%ntid.z" || o.text == "%nctaid.y" || o.text == "%nctaid.z")
      return constant(1, 4);
    if (o.text.find('.') != o.text.npos) return special(o.text);
    if (f_.register_bytes(o.text) == 0) return constant(symbol(s, o.text), bytes);
    const auto [at, fresh] = c_.names.try_emplace(o.text, 0);
    if (fresh) at->second = new_row(f_.register_bytes(o.text));
    return at->second;
  }

  /// An address in its own space: static shared memory first, what the launch gives behind it.
  std::uint64_t symbol(const ptx::statement& s, const std::string& name) const {
    if (const auto p = f_.local.find(name); p != f_.local.end()) return static_cast<std::uint64_t>(p->second.offset);
    if (const auto p = f_.shared.find(name); p != f_.shared.end()) return static_cast<std::uint64_t>(p->second.offset);
    if (const auto p = f_.memory.find(name); p != f_.memory.end()) return static_cast<std::uint64_t>(p->second.offset);
    for (const auto* list : {&f_.in, &f_.out})
      for (const ptx::parameter& p : *list)
        if (p.name == name) return static_cast<std::uint64_t>(p.offset);
    if (s.op[0] == "mov" || s.op[1] == "shared")  // the array that is as long as the launch says
      return static_cast<std::uint64_t>((f_.shared_bytes + 15) / 16 * 16);
    unknown(s, "a name that is not known here");
  }

  void decode_access(const ptx::statement& s, instruction& i) {
    const bool load = s.op[0] == "ld";
    const ptx::operand &place = s.operands[load ? 1 : 0], &value = s.operands[load ? 0 : 1];
    std::string where = s.op[1];
    const bool own = std::any_of(f_.in.begin(), f_.in.end(), [&](const auto& p) { return p.name == place.text; });
    if (where == "param" && !(f_.entry && (own || f_.register_bytes(place.text) != 0))) where = "call";
    for (std::size_t k = 2; k + 1 < s.op.size(); ++k)
      if (s.op[k] == "v2" || s.op[k] == "v4") i.count = s.op[k] == "v2" ? 2 : 4;
      else if (s.op[k] != "nc") unknown(s, "an access of a kind that is not known here");
    i.run = access_of(where, load, i.count, s.op.back());
    if (i.run == nullptr) unknown(s, "an access of a kind that is not known here");
    i.offset = place.offset;
    i.from_bytes = static_cast<std::uint8_t>(f_.register_bytes(place.text));
    ptx::operand base = place;
    base.kind = ptx::operand::name;
    if (i.from_bytes != 0) i.from[0] = row(s, base, 8);
    else i.offset += static_cast<std::int64_t>(symbol(s, place.text));
    const int bytes = std::max(std::stoi(s.op.back().substr(1)) / 8, 1);
    const std::vector<ptx::operand> one{value};
    const std::vector<ptx::operand>& values = value.kind == ptx::operand::list ? value.parts : one;
    for (std::size_t k = 0; k < values.size(); ++k) (k == 0 ? i.to : i.more[k]) = row(s, values[k], bytes);
    const int width = f_.register_bytes(values[0].text);
    i.to_bytes = static_cast<std::uint8_t>(width == 0 ? bytes : width);
  }

  /// mov.b32 %r, {%a, %b} and its inverse.
  static void pack(frame& f, const instruction& i, lane_mask who) {
    const int part = i.to_bytes / i.count;
    for (; who != 0; who &= who - 1)
      for (int l = __builtin_ctz(who), k = 0; k < i.count; ++k)
        std::memcpy(f.rows + i.to + l * i.to_bytes + k * part, f.rows + i.more[k] + l * part,
                    static_cast<std::size_t>(part));
  }
  static void unpack(frame& f, const instruction& i, lane_mask who) {
    const int part = i.to_bytes / i.count;
    for (; who != 0; who &= who - 1) {
      const int l = __builtin_ctz(who);
      std::uint64_t whole = 0;
      std::memcpy(&whole, f.rows + i.from[0] + l * i.to_bytes, i.to_bytes);
      for (int k = 0; k < i.count; ++k, whole >>= 8 * part)
        std::memcpy(f.rows + i.more[k] + l * part, &whole, static_cast<std::size_t>(part));
    }
  }
  void decode_packed(const ptx::statement& s, instruction& i) {
    const bool packs = s.operands[1].kind == ptx::operand::list;
    const std::vector<ptx::operand>& parts = s.operands[packs ? 1 : 0].parts;
    i.count = static_cast<std::uint8_t>(parts.size());
    i.to_bytes = static_cast<std::uint8_t>(std::stoi(s.op[1].substr(1)) / 8);
    i.run = packs ? &pack : &unpack;
    for (std::size_t k = 0; k < parts.size(); ++k) i.more[k] = row(s, parts[k], i.to_bytes / i.count);
    (packs ? i.to : i.from[0]) = row(s, s.operands[packs ? 0 : 1], i.to_bytes);
  }

  void decode_operation(const ptx::statement& s, instruction& i) {
    std::string key = s.op[0];
    const bool approximate = std::find(s.op.begin(), s.op.end(), "approx") != s.op.end();
    for (std::size_t k = 1; k < s.op.size(); ++k)
      if (s.op[k] != "rn" && s.op[k] != "approx" && !(s.op[k] == "lo" && s.op[0] == "setp"))
        key += "." + s.op[k];
    if (s.op[0] == "cvta") key = "mov.u64";  // an address in global memory is the same everywhere
    if (approximate && s.op[0] == "div") unknown(s, "an approximate division");
    const auto found = table().find(key);
    if (found == table().end()) unknown(s, "an instruction that is not known here");
    const operation& o = found->second;
    std::size_t operands = 0;
    while (operands < o.from.size() && o.from[operands] != 0) ++operands;
    if (s.operands.size() != operands + 1) unknown(s, "an instruction with other operands than are known here");
    i.run = o.run;
    i.to = row(s, s.operands[0], o.to);
    for (std::size_t k = 0; k < operands; ++k) i.from[k] = row(s, s.operands[k + 1], o.from[k]);
    const auto width = [&](const ptx::operand& r, int typed) {
      const int bytes = f_.register_bytes(r.text);
      return static_cast<std::uint8_t>(bytes == 0 ? typed : bytes);
    };
    i.to_bytes = width(s.operands[0], o.to);
    i.from_bytes = width(s.operands[1], o.from[0]);
    if (s.op[0] == "cvt") return;
    for (std::size_t k = 0; k <= operands; ++k)
      if (width(s.operands[k], k == 0 ? o.to : o.from[k - 1]) != (k == 0 ? o.to : o.from[k - 1]))
        unknown(s, "a register of another width than its instruction");
  }

  instruction decoded(const ptx::statement& s) {
    instruction i;
    i.source = &s;
    if (!s.guard.empty()) {
      i.guarded = true;
      i.unless = s.unless;
      ptx::operand guard;
      guard.text = s.guard;
      i.guard = row(s, guard, 1);
    }
    const std::string& op = s.op[0];
    if (op == "bra") {
      i.kind = instruction::branch;
      i.target = f_.labels.at(s.operands[0].text);
    } else if (op == "ret" || op == "exit") {
      i.kind = instruction::leave;
    } else if (op == "bar" || op == "barrier") {
      i.kind = instruction::barrier;
      if (s.op[1] != "sync" || s.operands.size() != 1 || s.operands[0].text != "0")
        unknown(s, "another barrier than 0");
    } else if (op == "call") {
      i.kind = instruction::call;
      i.callee = &code_of(s.operands[s.operands[0].kind == ptx::operand::list ? 1 : 0].text);
    } else if (op == "ld" || op == "st") {
      decode_access(s, i);
    } else if (op == "mov" && (s.operands[0].kind == ptx::operand::list || s.operands[1].kind == ptx::operand::list)) {
      decode_packed(s, i);
    } else if (op == "cvta" && std::find(s.op.begin(), s.op.end(), "global") == s.op.end() &&
               std::find(s.op.begin(), s.op.end(), "local") == s.op.end()) {
      unknown(s, "a generic address");
    } else {
      decode_operation(s, i);
    }
    return i;
  }

  code& c_;
  const ptx::function& f_;
};

}  // namespace

void add_module(std::string_view module) { texts().merge(ptx::split(module)); }

const code& code_of(const std::string& name) {
  static auto* const all = new std::map<std::string, std::unique_ptr<code>>;
  std::unique_ptr<code>& c = (*all)[name];
  if (c != nullptr) return *c;
  const auto text = texts().find(name);
  if (text == texts().end()) fault("there is no PTX of ", name, " in this program: compile it with --no-compress");
  c = std::make_unique<code>();
  c->text = ptx::parse(text->second);
  decoder{*c};
  return *c;
}

}  // namespace cuda_on_cpu
