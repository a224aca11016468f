// Writes small ONNX models: image (n x 3 x h x w) -> conv1 (3 x 3, padding 1) -> relu1. Protobuf is a list of fields,
// each a tag (number * 8 + kind) in front of a varint or of a length and bytes; field numbers are those of onnx.proto.
#pragma once

#include <cstring>

#include "adapters/convolution.hpp"

namespace testing {

class message {
 public:
  message& number(int field, std::int64_t v) {
    varint(static_cast<std::uint64_t>(field) * 8);
    varint(static_cast<std::uint64_t>(v));
    return *this;
  }
  message& bytes(int field, const std::string& v) {
    varint(static_cast<std::uint64_t>(field) * 8 + 2);
    varint(v.size());
    text_ += v;
    return *this;
  }
  message& child(int field, const message& m) { return bytes(field, m.text_); }
  const std::string& text() const { return text_; }

 private:
  void varint(std::uint64_t v) {
    for (; v >= 128; v /= 128) text_ += static_cast<char>(v % 128 + 128);
    text_ += static_cast<char>(v);
  }
  std::string text_;
};

inline message onnx_tensor(const std::string& name, const std::vector<index_t>& dims,
                           const std::vector<float>& values) {
  message t;
  for (const index_t d : dims) t.number(1, d);
  t.number(2, 1);  // FLOAT
  t.bytes(8, name);
  return t.bytes(9, std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)));
}
inline message onnx_value(const std::string& name, const cnnpool::shape& s) {
  message shape;
  for (const index_t d : {s.n, s.c, s.h, s.w}) shape.child(1, message().number(1, d));
  return message().bytes(1, name).child(2, message().child(1, message().number(1, 1).child(2, shape)));
}
inline message onnx_node(const std::string& type, const std::vector<std::string>& in, const std::string& out) {
  message n;
  for (const std::string& i : in) n.bytes(1, i);
  return n.bytes(2, out).bytes(3, out + "_node").bytes(4, type);
}
inline message onnx_integers(const std::string& name, const std::vector<index_t>& values) {
  message a;
  a.bytes(1, name);
  for (const index_t v : values) a.number(8, v);
  return a.number(20, 7);  // INTS
}
/// The model whose conv1 is `c`; its only output is relu1.
inline std::string onnx_model(const convolution& c) {
  message conv = onnx_node("Conv", {"image", "weights", "bias"}, "conv1");
  conv.child(5, onnx_integers("kernel_shape", {3, 3})).child(5, onnx_integers("pads", {1, 1, 1, 1}));
  message graph;
  graph.child(1, conv).child(1, onnx_node("Relu", {"conv1"}, "relu1")).bytes(2, "small");
  graph.child(5, onnx_tensor("weights", {c.out.c, 3, 3, 3}, c.weights));
  graph.child(5, onnx_tensor("bias", {c.out.c}, c.bias));
  graph.child(11, onnx_value("image", c.in)).child(12, onnx_value("relu1", c.out));
  return message().number(1, 8).child(7, graph).child(8, message().bytes(1, "").number(2, 13)).text();
}

}  // namespace testing
