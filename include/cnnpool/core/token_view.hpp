// The tokens of a vision transformer as input: the patches are a map, with the class token and the registers beside it.
//
//   token_view<float> t(data, {.n = n, .tokens = 1 + 4 + h * w, .d = 768}, {.registers = 4, .h = h, .w = w});
//   pool(t, concat(cls{}, gem{.p = 4}) | l2{})      policies read the patches, cls{} the class token
//
// Memory is n x tokens x d, in the order class token, registers, patches row by row; with a facet n x tokens x 3d, as
// hooks on the qkv layer give it (docs/tokens.md: which source has which tokens). It points there and copies nothing.
#pragma once

#include "any_feature_view.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

/// n images of `tokens` tokens of d components.
struct token_shape {
  index_t n = 1, tokens = 0, d = 0;
};

/// Which third of a token of 3d components is read: query, key and value lie side by side. none: tokens have d.
enum class facet { none, query, key, value };

/// What stands in front of the patches, and the grid that they come from.
struct token_layout {
  bool cls = true;          // a class token comes first; SigLIP has none
  index_t registers = 0;    // DINOv2: 0 or 4, DINOv3: 4
  index_t h = 0, w = 0;     // rows and columns of patches; 0: not said
  cnnpool::facet facet = facet::none;
};

/// To policies and backends a feature_view of the patches, n x d x h x w. T: as of a feature_view.
template <class T, class Space = host_space>
class token_view {
 public:
  using value_type = T;
  using accumulator_type = accumulator_t<T>;
  using space = Space;

  token_view() = default;
  token_view(const T* data, const token_shape& s, const token_layout& layout, quantization q = {})
      : token_view(feature_view<T, Space>(data, {s.n, width(s.d, layout), 1, s.tokens}, nhwc, q), layout) {}

  /// From a view whose positions are the tokens: n x d x 1 x tokens (or tokens x 1), d three times with a facet.
  token_view(const feature_view<T, Space>& tokens, const token_layout& layout) {
    const shape& e = tokens.extents();
    if (e.h != 1 && e.w != 1)
      raise("token_view: the tokens lie on a map of ", e.h, " x ", e.w, ", expected them along one axis");
    const index_t count = e.positions(), before = layout.registers + (layout.cls ? 1 : 0);
    if (layout.registers < 0 || layout.h < 0 || layout.w < 0)
      raise("token_view: registers is ", layout.registers, ", h ", layout.h, ", w ", layout.w,
            ", expected 0 or more of each");
    if (before > count)
      raise("token_view: a class token and ", layout.registers, " registers are more than the ", count, " tokens");
    const index_t patches = count - before;
    shape grid{e.n, e.c, layout.h, layout.w};
    grid_ = layout.h != 0 && layout.w != 0;
    if (!grid_ && layout.h != layout.w)
      raise("token_view: h is ", layout.h, " and w is ", layout.w, ", expected both or neither");
    if (!grid_) grid.h = 1, grid.w = patches;
    index_t said = 0;
    if (!detail::multiply(grid.h, grid.w, said) || said != patches)
      raise("token_view: ", layout.cls ? "1 class token, " : "no class token, ", layout.registers, " registers and ",
            layout.h, " x ", layout.w, " patches are not the ", count, " tokens");
    strides st = tokens.stride();
    const index_t step = e.h == 1 ? st.w : st.h;
    index_t first = 0;
    if (layout.facet != facet::none) {
      if (e.c % 3 != 0) raise("token_view: tokens of ", e.c, " components, expected 3 facets of equal size");
      grid.c = e.c / 3;
      if (grid.c % st.block != 0)
        raise("token_view: facets of ", grid.c, " components in blocks of ", st.block, ", expected whole blocks");
      first = st.channel(grid.c * (static_cast<index_t>(layout.facet) - 1));
    }
    const T* const data = tokens.data() == nullptr ? nullptr : tokens.data() + first;
    const auto part = [&](index_t at, index_t h, index_t w) {
      st.h = w * step;
      st.w = step;
      return feature_view<T, Space>(data == nullptr ? nullptr : data + at * step, {grid.n, grid.c, h, w}, st,
                                    tokens.quantized());
    };
    patches_ = part(before, grid.h, grid.w);
    if (layout.cls) cls_ = part(0, 1, 1);
    if (layout.registers > 0) registers_ = part(layout.cls ? 1 : 0, 1, layout.registers);
  }

  /// Patches (n x d x h x w) and class tokens (n x d) that are tensors of their own.
  static token_view of_parts(const feature_view<T, Space>& patches, const feature_view<T, Space>& cls) {
    const shape &e = patches.extents(), &c = cls.extents();
    if (c.n != e.n || c.c != e.c || c.positions() != 1)
      raise("token_view: class tokens of ", to_string(c), " for patches of ", to_string(e), ", expected ",
            to_string({e.n, e.c, 1, 1}));
    token_view t;
    t.patches_ = patches;
    t.cls_ = cls;
    t.grid_ = true;
    return t;
  }

  /// The same class tokens and registers with other patches, which have a grid or not.
  token_view with_patches(const feature_view<T, Space>& patches, bool grid) const {
    token_view t = *this;
    t.patches_ = patches;
    t.grid_ = grid;
    return t;
  }

  /// n x d x h x w, without the other tokens.
  const feature_view<T, Space>& patches() const { return patches_; }
  /// n x d; raises if there is none.
  const feature_view<T, Space>& cls() const {
    if (!has_cls()) raise("token_view: these tokens have no class token");
    return cls_;
  }
  /// n x d x 1 x registers; without registers a view of nothing.
  const feature_view<T, Space>& registers() const { return registers_; }
  bool has_cls() const { return cls_.extents().c == patches_.extents().c && cls_.extents().n == patches_.extents().n; }
  /// Whether h and w were said.
  bool has_grid() const { return grid_; }

  // What a policy and a backend see: the patches.
  CNNPOOL_HD const T* data() const { return patches_.data(); }
  CNNPOOL_HD const shape& extents() const { return patches_.extents(); }
  CNNPOOL_HD const strides& stride() const { return patches_.stride(); }
  CNNPOOL_HD const quantization& quantized() const { return patches_.quantized(); }
  CNNPOOL_HD index_t offset(index_t n, index_t c, index_t h, index_t w) const { return patches_.offset(n, c, h, w); }
  CNNPOOL_HD const T& operator()(index_t n, index_t c, index_t h, index_t w) const { return patches_(n, c, h, w); }

  /// Images first .. first+count-1, with their class tokens and registers.
  token_view images(index_t first, index_t count) const {
    token_view part = *this;
    part.patches_ = patches_.images(first, count);
    if (has_cls()) part.cls_ = cls_.images(first, count);
    if (registers_.extents().n != 0) part.registers_ = registers_.images(first, count);
    return part;
  }
  /// The patches of one box; the other tokens stay.
  token_view crop(const box& b) const {
    token_view part = *this;
    part.patches_ = patches_.crop(b);
    return part;
  }

 private:
  static index_t width(index_t d, const token_layout& layout) {
    index_t width = d;
    if (layout.facet != facet::none && !detail::multiply(d, 3, width))
      raise("token_view: 3 facets of ", d, " components are too many to count");
    return width;
  }

  feature_view<T, Space> patches_, cls_, registers_;
  bool grid_ = false;
};

static_assert(std::is_trivially_copyable_v<token_view<float>>);

/// Tokens whose scalar type is known only at run time.
template <class Space = host_space>
class basic_any_token_view {
 public:
  using space = Space;
  static constexpr bool names_no_type = true;

  basic_any_token_view() = default;
  /// tokens: n x d x 1 x tokens.
  basic_any_token_view(const basic_any_feature_view<Space>& tokens, const token_layout& layout)
      : tokens_(tokens), layout_(layout) {
    visit(*this, [](const auto&) {});  // says what does not add up
  }

  scalar_type type() const { return tokens_.type(); }
  /// Calls f(token_view<T, Space>) with the type that it holds.
  template <class F>
  friend decltype(auto) visit(const basic_any_token_view& x, F&& f) {
    return visit(x.tokens_, [&]<class T>(const feature_view<T, Space>& tokens) -> decltype(auto) {
      return f(token_view<T, Space>(tokens, x.layout_));
    });
  }

 private:
  basic_any_feature_view<Space> tokens_;
  token_layout layout_;
};
using any_token_view = basic_any_token_view<host_space>;

}  // namespace cnnpool
