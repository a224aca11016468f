#include "ptx.hpp"

#include <algorithm>
#include <cctype>

#include "fault.hpp"

namespace cuda_on_cpu::ptx {
namespace {

std::string trimmed(std::string_view s) {
  const auto first = s.find_first_not_of(" \t\r\n");
  return first == s.npos ? "" : std::string(s.substr(first, s.find_last_not_of(" \t\r\n") - first + 1));
}

/// At commas outside of brackets.
std::vector<std::string> at_commas(const std::string& s) {
  std::vector<std::string> parts;
  std::string part;
  int depth = 0;
  for (const char c : s) {
    depth += (c == '{' || c == '[' || c == '(') - (c == '}' || c == ']' || c == ')');
    if (c == ',' && depth == 0) {
      parts.push_back(trimmed(part));
      part.clear();
    } else {
      part += c;
    }
  }
  if (!trimmed(part).empty()) parts.push_back(trimmed(part));
  return parts;
}

std::vector<std::string> at(const std::string& s, const char* separators) {
  std::vector<std::string> parts;
  for (std::size_t first = 0; first <= s.size();) {
    const std::size_t end = std::min(s.find_first_of(separators, first), s.size());
    if (end > first) parts.push_back(s.substr(first, end - first));
    first = end + 1;
  }
  return parts;
}

operand parse_operand(const std::string& s) {
  operand o;
  const std::string inside = s.size() > 1 ? trimmed(std::string_view(s).substr(1, s.size() - 2)) : "";
  if (s[0] == '{' || s[0] == '(') {
    o.kind = operand::list;
    for (const std::string& part : at_commas(inside)) o.parts.push_back(parse_operand(part));
  } else if (s[0] == '[') {
    o.kind = operand::memory;
    const std::size_t plus = inside.find('+');
    o.text = trimmed(inside.substr(0, plus));
    if (plus != inside.npos) o.offset = std::stoll(inside.substr(plus + 1));
  } else if (s[0] == '!') {
    o.text = trimmed(s.substr(1));
    o.negated = true;
  } else {
    o.text = s;
    if (std::isdigit(static_cast<unsigned char>(s[0])) != 0 || s[0] == '-') o.kind = operand::number;
  }
  return o;
}

int bytes_of_type(const std::string& type) {
  if (type == "pred") return 1;
  const std::size_t digits = type.find_first_of("0123456789");
  return digits == type.npos ? 0 : std::max(std::stoi(type.substr(digits)) / 8, 1);
}

/// ".param .align 8 .b8 name[56]", placed behind what there is.
parameter declared(const std::string& text, int& end) {
  int align = 1, bytes = 0;
  std::string name;
  const std::vector<std::string> words = at(text, " \t\r\n");
  for (std::size_t k = 0; k < words.size(); ++k) {
    if (words[k] == ".align") align = std::stoi(words[++k]);
    else if (words[k][0] != '.') name = words[k];
    else if (const int size = bytes_of_type(words[k].substr(1)); size != 0) bytes = size;
  }
  align = std::max(align, bytes);
  if (const std::size_t bracket = name.find('['); bracket != name.npos) {
    bytes *= std::stoi(name.substr(bracket + 1));
    name.resize(bracket);
  }
  const int offset = (end + align - 1) / align * align;
  end = offset + bytes;
  return {name, offset, bytes};
}

void parse_header(const std::string& text, function& f) {
  f.entry = text.find(".entry") != text.npos;
  std::string rest = trimmed(text.substr(text.find(f.entry ? ".entry" : ".func") + (f.entry ? 6 : 5)));
  if (rest[0] == '(') {
    const std::size_t end = rest.find(')');
    for (const std::string& p : at_commas(rest.substr(1, end - 1))) f.out.push_back(declared(p, f.memory_bytes));
    rest = trimmed(rest.substr(end + 1));
  }
  const std::size_t bracket = std::min(rest.find('('), rest.size());
  f.name = trimmed(rest.substr(0, bracket));
  const std::size_t end = std::min(rest.find(')'), rest.size());
  if (bracket < end)
    for (const std::string& p : at_commas(rest.substr(bracket + 1, end - bracket - 1)))
      f.in.push_back(declared(p, f.entry ? f.in_bytes : f.memory_bytes));
  if (const std::size_t limit = text.find(".maxntid"); limit != text.npos) {
    f.most_threads = 1;
    for (const std::string& n : at(text.substr(limit + 8, text.find('\n', limit) - limit - 8), " ,\t"))
      f.most_threads *= std::stoi(n);
  }
}

void parse_statement(std::string s, function& f) {
  if (s.rfind(".pragma", 0) == 0) return;
  if (s.rfind(".reg", 0) == 0) {
    const std::vector<std::string> words = at(s, " \t\r\n,");
    for (std::size_t k = 2; k < words.size(); ++k)
      f.registers[words[k].substr(0, words[k].find('<'))] = bytes_of_type(words[1].substr(1));
    return;
  }
  const auto declare = [&](const char* what, std::map<std::string, parameter>& map, int& end) {
    if (s.rfind(what, 0) != 0) return false;
    // Scopes repeat the names of a call's parameters: one place, as large as the largest.
    int behind = end;
    const parameter p = declared(s, behind);
    if (const auto old = map.find(p.name); old != map.end() && old->second.bytes >= p.bytes) return true;
    map[p.name] = p;
    end = behind;
    return true;
  };
  if (declare(".param", f.memory, f.memory_bytes) || declare(".local", f.local, f.local_bytes) ||
      declare(".shared", f.shared, f.shared_bytes))
    return;
  statement made;
  made.text = s;
  std::replace(made.text.begin(), made.text.end(), '\n', ' ');
  if (s[0] == '@') {
    const std::size_t end = s.find_first_of(" \t");
    made.unless = s[1] == '!';
    made.guard = s.substr(made.unless ? 2 : 1, end - (made.unless ? 2 : 1));
    s = trimmed(s.substr(end));
  }
  const std::size_t end = std::min(s.find_first_of(" \t\r\n"), s.size());
  made.op = at(s.substr(0, end), ".");
  for (const std::string& o : at_commas(s.substr(end))) made.operands.push_back(parse_operand(o));
  f.body.push_back(std::move(made));
}

}  // namespace

int function::register_bytes(const std::string& used) const {
  auto found = registers.find(used);
  if (found == registers.end()) found = registers.find(used.substr(0, used.find_last_not_of("0123456789") + 1));
  return found == registers.end() ? 0 : found->second;
}

std::map<std::string, std::string> split(std::string_view module) {
  std::map<std::string, std::string> functions;
  std::string text;
  for (std::size_t i = 0; i < module.size(); ++i) {
    if (module.substr(i, 2) == "//") i = std::min(module.find('\n', i), module.size() - 1);
    text += module[i];
  }
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t entry = text.find(".entry", i), func = text.find(".func", i), first = std::min(entry, func);
    const std::size_t stop = text.find_first_of("{;", first);
    if (first == text.npos || stop == text.npos) break;
    if (const std::size_t global = text.find(".global", i); global < first && text[global + 7] == ' ')
      fault("variables in global memory are not supported: ", text.substr(global, 80));
    std::size_t end = stop + 1;
    for (int depth = text[stop] == '{' ? 1 : 0; depth > 0; ++end)
      depth += (text[end] == '{') - (text[end] == '}');
    if (text[stop] == '{') {
      function f;
      parse_header(text.substr(first, stop - first), f);
      functions[f.name] = text.substr(first, end - first);
    }
    i = end;
  }
  return functions;
}

function parse(const std::string& text) {
  function f;
  const std::size_t open = text.find('{');
  parse_header(text.substr(0, open), f);
  std::string part;
  int inside = 0;  // of the braces or brackets of an operand
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    const char c = text[i];
    const bool fresh = trimmed(part).empty();
    if (inside == 0 && fresh && (c == '{' || c == '}')) continue;  // a scope: registers are told apart by their names
    inside += (c == '{') - (c == '}');
    if (c == ':') {
      f.labels[trimmed(part)] = static_cast<int>(f.body.size());
      part.clear();
    } else if (c == ';') {
      if (!fresh) parse_statement(trimmed(part), f);
      part.clear();
    } else {
      part += c;
    }
  }
  return f;
}

}  // namespace cuda_on_cpu::ptx
