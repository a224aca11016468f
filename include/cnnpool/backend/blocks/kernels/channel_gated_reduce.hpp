// A weighted fold whose weights come from the channels of the position itself, in one pass over NHWC: tiles of whole
// positions go through shared memory, where their channel folds, their weights and their steps are computed.
//
// The weights are relative to the largest channel result of an image, which is known only at the end. Until then they
// are relative to a power of two, 1/2 to 256 times the largest so far; when it grows, the states are scaled (exactly,
// if the weight is a square root). A block takes a slice of an image's positions, whose length depends on the image's
// shape; slices are merged in order.
#pragma once

#include "../kernel.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT::detail {

/// What a slice of an image keeps besides its states: what its weights are relative to, and the largest result.
template <class A>
struct slice_scale {
  A reference, largest;
};

template <class X, class F, class W, class G, class A>
struct channel_gated {
  using T = typename X::value_type;
  using state = typename G::template state<A>;
  static constexpr int quad = 16 / static_cast<int>(sizeof(A));                 // channels of a shared-memory load
  static constexpr int room = 128 / (quad * static_cast<int>(sizeof(state)));
  static constexpr int quads = room > 4 ? 4 : room;                             // that a thread owns

  fold_problem<X, A> p;  // outputs: positions, elements: channels, results: the channel folds
  F channels;
  W weight;
  G fold;
  matrix<A> out;
  int slices;
  state* parts;  // image, slice, channel; with more than one slice
  slice_scale<A>* scales;

  channel_gated(const X& x, const F& f, const W& w, const G& g, const matrix<A>& sums, const matrix<A>& out_)
      : p(x, true, sums), channels(f), weight(w), fold(g), out(out_), slices(1), parts(nullptr), scales(nullptr) {
    const index_t bytes = p.elements.count * index_t{sizeof(T)}, least = 512 / index_t{sizeof(T)};
    const index_t by_bytes = (index_t{1} << 18) / (bytes > 0 ? bytes : 1), length = by_bytes > least ? by_bytes : least;
    if (p.outputs.count >= 2 * length) slices = static_cast<int>(p.outputs.count / length);
  }
  /// Whether channels are adjacent and their states fit the registers of a block.
  static bool fits(const X& x) {
    const two_level_axis c = channels_of(x.extents(), x.view.stride());
    return quads > 0 && c.inner == c.count && (c.inner_stride == 1 || c.count == 1) && c.count <= 256 * quads * quad &&
           !differs_by_channel<G>;
  }

  CNNPOOL_HD static A lowest_reference() { return limits<A>::smallest * A(32); }
  CNNPOOL_HD static A grown(A reference, const A& largest) {
    while (reference < largest && reference < limits<A>::largest / A(256)) reference *= A(256);
    return reference;
  }
  CNNPOOL_HD A relative(const A& x, const A& reference) const { return weight(x / reference); }
  CNNPOOL_HD void finish(const state& s, const slice_scale<A>& scale, index_t n, index_t c) const {
    const A factor = scale.largest > A(0) ? relative(scale.reference, scale.largest) : A(1);
    store_values(fold.finish(fold.scaled(s, factor), p.outputs.count), out, n, c, p.elements.count);
  }
};

template <class X, class F, class W, class G, class A>
struct channel_gated_blocks {
  using problem = channel_gated<X, F, W, G, A>;
  using T = typename X::value_type;
  using state = typename problem::state;
  using channel_state = typename F::template state<A>;
  static constexpr int threads = 256, resident = 2, quad = problem::quad, quads = problem::quads, piece = chunk_size<T>;
  static constexpr int tile_size = 32768 / static_cast<int>(sizeof(A)), pieces = tile_size / piece / threads;

  struct registers {
    state states[array_size(quads)][array_size(quad)];
    chunk<T, piece> next[array_size(pieces)];
    A reference, largest;
  };

  problem all;
  int per_position, pitch, tile, adders;  // pieces, numbers of a position; positions of a tile; threads that add one

  explicit channel_gated_blocks(const problem& a) : all(a), tile(32) {
    per_position = static_cast<int>((all.p.elements.count + piece - 1) / piece);
    pitch = per_position * piece > quad ? per_position * piece : quad;
    while (tile * pitch > tile_size) tile /= 2;
    adders = threads / tile < 32 ? threads / tile : 32;
  }

  CNNPOOL_HD index_t blocks() const { return all.p.images * all.slices; }
  CNNPOOL_HD index_t first(int slice) const { return all.p.outputs.count * slice / all.slices; }
  /// The number of tiles of the longest slice.
  CNNPOOL_HD int tiles() const {
    return static_cast<int>(((all.p.outputs.count + all.slices - 1) / all.slices + tile - 1) / tile);
  }
  CNNPOOL_HD int steps() const { return 5 * tiles() + 2; }
  CNNPOOL_HD int shared_bytes() const {
    return tile_size * static_cast<int>(sizeof(A)) + threads * static_cast<int>(sizeof(channel_state)) +
           (2 * 32 + 2) * static_cast<int>(sizeof(A));
  }

  CNNPOOL_HD void run(int step, index_t block, int thread, char* shared, registers& own) const {
    const place at = where(block, shared);
    if (step == 0) start(own, at, thread);
    const int t = step / 5, turn = step % 5, count = at.count(index_t{t} * tile, tile);
    if (t == tiles()) return turn == 0 ? keep(own, at, thread) : finish(own, at, thread);
    if (turn == 0) {
      put(own, at, count, thread);
      fetch(own, at, t + 1, thread);
    } else if (turn == 1) {
      add_channels(at, count, thread);
    } else if (turn == 2) {
      if (thread < count) merge_channels(at, t, thread);
    } else if (turn == 3) {
      if (thread < count) weigh(own, at, count, thread);
    } else {
      take(own, at, count, thread);
    }
  }

 private:
  struct place {
    index_t n;
    int slice;
    index_t first, last;  // positions
    A* map;             // a tile: position by position
    channel_state* partial;
    A *results, *weights, *scale;

    CNNPOOL_HD int count(index_t from, int most) const {
      const index_t left = last - first - from;
      return left <= 0 ? 0 : left < most ? static_cast<int>(left) : most;
    }
  };
  CNNPOOL_HD place where(index_t block, char* shared) const {
    place at;
    at.n = block / all.slices, at.slice = static_cast<int>(block % all.slices);
    at.first = first(at.slice), at.last = first(at.slice + 1);
    at.map = reinterpret_cast<A*>(shared);
    at.partial = reinterpret_cast<channel_state*>(at.map + tile_size);
    at.results = reinterpret_cast<A*>(at.partial + threads);
    at.weights = at.results + 32, at.scale = at.weights + 32;
    return at;
  }
  CNNPOOL_HD int quads_per_position() const { return pitch / quad; }
  /// The number of groups of threads that share the channels, each taking every groups()-th position.
  CNNPOOL_HD int groups() const { return quads_per_position() < threads ? threads / quads_per_position() : 1; }
  CNNPOOL_HD int owners() const { return quads_per_position() < threads ? quads_per_position() : threads; }

  CNNPOOL_HD void start(registers& own, const place& at, int thread) const {
    own.reference = problem::lowest_reference(), own.largest = A(0);
    CNNPOOL_UNROLL(4)
    for (int j = 0; j < quads; ++j) {
      CNNPOOL_UNROLL(4)
      for (int k = 0; k < quad; ++k) own.states[j][k] = all.fold.template init<A>();
    }
    fetch(own, at, 0, thread);
  }
  /// Loads a tile of the tensor into registers, 16 bytes at a time.
  CNNPOOL_HD void fetch(registers& own, const place& at, int t, int thread) const {
    const int items = at.count(index_t{t} * tile, tile) * per_position;
    CNNPOOL_UNROLL(8)
    for (int j = 0; j < pieces; ++j) {
      const int item = j * threads + thread;
      if (item >= items) continue;
      const int c = item % per_position * piece, left = static_cast<int>(all.p.elements.count) - c;
      const T* const x = all.p.start(at.n, at.first + t * tile + item / per_position) + c;
      if (left >= piece && is_aligned<piece>(x)) {
        own.next[j] = load_chunk<piece>(x);
      } else {
        CNNPOOL_UNROLL(16)
        for (int k = 0; k < piece; ++k) own.next[j].v[k] = k < left ? x[k] : T{};
      }
    }
  }
  CNNPOOL_HD void put(const registers& own, const place& at, int count, int thread) const {
    CNNPOOL_UNROLL(8)
    for (int j = 0; j < pieces; ++j) {
      const int item = j * threads + thread;
      if (item >= count * per_position) continue;
      A* const to = at.map + item / per_position * pitch + item % per_position * piece;
      CNNPOOL_UNROLL(16)
      for (int k = 0; k < piece; ++k) to[k] = all.p.x.read(as_lane<A>(own.next[j].v[k], all.p.x.view.quantized()));
    }
  }
  CNNPOOL_HD void add_channels(const place& at, int count, int thread) const {
    const int i = thread / adders;
    if (i >= count) return;
    const int size = static_cast<int>(all.p.elements.count);
    channel_state s = all.channels.template init<A>();
    for (int c = thread % adders * quad; c < size; c += adders * quad) {
      const auto x = load_chunk<quad>(at.map + i * pitch + c);
      CNNPOOL_UNROLL(4)
      for (int k = 0; k < quad; ++k)
        if (c + k < size) s = all.channels.step(s, x.v[k]);
    }
    at.partial[thread] = s;
  }
  CNNPOOL_HD void merge_channels(const place& at, int t, int i) const {
    channel_state s = at.partial[i * adders];
    for (int k = 1; k < adders; ++k) s = all.channels.merge(s, at.partial[i * adders + k]);
    const A result = all.channels.finish(s, all.p.elements.count);
    at.results[i] = result;
    all.p.result[at.n * all.p.by_image + (at.first + t * tile + i) * all.p.by_output] = result;
  }
  CNNPOOL_HD void weigh(const registers& own, const place& at, int count, int i) const {
    A largest = own.largest;
    for (int k = 0; k < count; ++k) largest = maximum(largest, at.results[k]);
    const A reference = problem::grown(own.reference, largest);
    at.weights[i] = all.relative(maximum(A(0), at.results[i]), reference);
    if (i == 0) at.scale[0] = reference, at.scale[1] = largest;
  }
  CNNPOOL_HD void take(registers& own, const place& at, int count, int thread) const {
    if (count == 0) return;
    const A reference = at.scale[0];
    own.largest = at.scale[1];
    if (reference != own.reference) {
      const A factor = all.relative(own.reference, reference);
      CNNPOOL_UNROLL(4)
      for (int j = 0; j < quads; ++j) {
        CNNPOOL_UNROLL(4)
        for (int k = 0; k < quad; ++k) own.states[j][k] = all.fold.scaled(own.states[j][k], factor);
      }
      own.reference = reference;
    }
    const int q = thread % owners(), every = groups();
    for (int i = thread / owners(); i < count && thread < every * owners(); i += every) {
      const A w = at.weights[i];
      CNNPOOL_UNROLL(4)
      for (int j = 0; j < quads; ++j) {
        if (q + j * threads >= quads_per_position()) continue;
        const auto x = load_chunk<quad>(at.map + i * pitch + (q + j * threads) * quad);
        CNNPOOL_UNROLL(4)
        for (int k = 0; k < quad; ++k) own.states[j][k] = all.fold.step(own.states[j][k], x.v[k], w);
      }
    }
  }
  /// Puts the states of all threads into shared memory, group by group.
  CNNPOOL_HD void keep(const registers& own, const place& at, int thread) const {
    if (thread >= groups() * owners()) return;
    state* const to = reinterpret_cast<state*>(at.map) + thread / owners() * pitch + thread % owners() * quad;
    CNNPOOL_UNROLL(4)
    for (int j = 0; j < quads; ++j) {
      if (thread % owners() + j * threads >= quads_per_position()) continue;
      CNNPOOL_UNROLL(4)
      for (int k = 0; k < quad; ++k) to[j * threads * quad + k] = own.states[j][k];
    }
  }
  CNNPOOL_HD void finish(const registers& own, const place& at, int thread) const {
    const slice_scale<A> scale{own.reference, own.largest};
    const state* const from = reinterpret_cast<const state*>(at.map);
    const index_t slice = at.n * all.slices + at.slice;
    for (int c = thread; c < static_cast<int>(all.p.elements.count); c += threads) {
      state s = from[c];
      for (int g = 1; g < groups(); ++g) s = all.fold.merge(s, from[g * pitch + c]);
      if (all.slices == 1) all.finish(s, scale, at.n, c);
      else all.parts[slice * all.p.elements.count + c] = s;
    }
    if (all.slices > 1 && thread == 0) all.scales[slice] = scale;
  }
};

/// Merges the slices of an image, for one channel.
template <class Problem>
struct merge_slices {
  Problem all;
  CNNPOOL_HD void operator()(index_t i) const {
    const index_t size = all.p.elements.count, n = i / size, c = i % size;
    const auto* const scales = all.scales + n * all.slices;
    auto whole = scales[0];
    for (int k = 1; k < all.slices; ++k) {
      whole.reference = scales[k].reference > whole.reference ? scales[k].reference : whole.reference;
      whole.largest = maximum(whole.largest, scales[k].largest);
    }
    auto s = all.fold.template init<std::remove_cvref_t<decltype(whole.largest)>>();
    for (int k = 0; k < all.slices; ++k)
      s = all.fold.merge(s, all.fold.scaled(all.parts[(n * all.slices + k) * size + c],
                                            all.relative(scales[k].reference, whole.reference)));
    all.finish(s, whole, n, c);
  }
};

}  // namespace cnnpool::detail
