// VLAD (Jegou, Douze, Schmid, Perez, CVPR 2010): every position of a map is a local descriptor x_t of C components,
//   v_k = SUM_t q_tk (x_t - c_k), out[k*C + channel] = v_k[channel].       D = K C.
// n x d descriptors of one image are a view with h = n, w = 1, c = d.
//
// q: 1 for the nearest centre (squared Euclidean distance, the first of equally near ones); .nearest = r > 1 weights
// the r nearest by exp(-d^2/beta), divided by their sum; .cosine orders by the angle instead; netvlad(codebook, head)
// takes softmax(w_k.x + b_k). Normalisations, in this order (VLFeat's): .mass (v_k / SUM q), .power (signed square
// root), .intra (every v_k to unit length), .l2 (the whole). .power_after_intra swaps the middle two. .residual_l2
// makes every x_t - c_k a unit vector, .input_l2 every x_t. .layout = dimension_major gives out[channel*K + k] (NetVLAD
// in MATLAB). .residuals = false sums q x_t without the centres, .ghosts = G clusters of a head, its last, take part in
// the softmax and are dropped.
//
// By name: netvlad; supervlad(head, ghosts) (Lu et al., NeurIPS 2024); anyloc(codebook) (Keetha et al., RA-L 2023).
//
// A cluster without positions gives zeros, and so do norms of 0 (norms below 1e-12 count as 1e-12). Float accumulator:
// products within (C + 2) u SUM |x c|, so a position whose distances to its two nearest centres differ by less may go
// to either; hard sums add residuals one by one, |error| <= (N + 2) u SUM |x - c|; soft ones subtract (SUM q) c_k last,
// |error| <= (N/4 + 8) u SUM q (|x| + |c|). A NaN spreads to all components that share its position.
#pragma once

#include <string>

#include "../kernel/run_policy.hpp"
#include "../post/l2.hpp"
#include "../post/power.hpp"
#include "codebook.hpp"
#include "sum.hpp"
#include "vlad_steps.hpp"

namespace cnnpool::inline CNNPOOL_VARIANT {

enum class vlad_layout { cluster_major, dimension_major };

struct vlad_options {
  index_t nearest = 1;
  double beta = 10;
  bool cosine = false;
  bool input_l2 = false;
  bool residual_l2 = false;
  bool mass = false;
  bool power = false;
  bool intra = false;
  bool power_after_intra = false;
  bool l2 = true;
  bool residuals = true;
  index_t ghosts = 0;
  vlad_layout layout = vlad_layout::cluster_major;
  bool released_distance = false;  // MOP's released code: |x|^2 + |c|^2 - x.c, without the factor 2
};

/// NetVLAD's assignment (Arandjelovic et al., CVPR 2016): softmax(weights(k) . x + biases(k)).
template <class Space = host_space>
class basic_netvlad_head {
 public:
  basic_netvlad_head() = default;
  /// biases: K numbers; weights: K x d, row by row.
  basic_netvlad_head(std::span<const float> weights, std::span<const float> biases)
    requires(std::is_same_v<Space, host_space>)
      : basic_netvlad_head(kernel::shared_array<float>({weights.begin(), weights.end()}),
                           kernel::shared_array<float>({biases.begin(), biases.end()})) {}
  /// Without biases, as SuperVLAD's.
  basic_netvlad_head(std::span<const float> weights, index_t clusters)
    requires(std::is_same_v<Space, host_space>)
      : basic_netvlad_head(weights, std::vector<float>(clusters > 0 ? static_cast<std::size_t>(clusters) : 0)) {}
  basic_netvlad_head(kernel::shared_array<float, Space> weights, kernel::shared_array<float, Space> biases)
      : weights_(std::move(weights)), biases_(std::move(biases)) {
    if (clusters() == 0 || weights_.size() == 0 || weights_.size() % clusters() != 0)
      raise("netvlad_head: ", weights_.size(), " weights for ", clusters(), " biases");
  }
  index_t clusters() const { return biases_.size(); }
  index_t dimensions() const { return clusters() == 0 ? 0 : weights_.size() / clusters(); }
  kernel::matrix<const float> weights() const { return weights_.rows(clusters(), dimensions()); }
  kernel::matrix<const float> biases() const { return biases_.rows(clusters(), 1); }
  const kernel::shared_array<float, Space>& weight_numbers() const { return weights_; }
  const kernel::shared_array<float, Space>& bias_numbers() const { return biases_; }

 private:
  kernel::shared_array<float, Space> weights_, biases_;
};
using netvlad_head = basic_netvlad_head<host_space>;

template <class Space>
struct vlad_policy {
  static constexpr const char* name = "vlad";

  basic_codebook<Space> centres;
  vlad_options options;
  basic_netvlad_head<Space> head;  // empty: assignment by distance

  /// Those of the descriptor.
  index_t clusters() const { return head.clusters() != 0 ? head.clusters() - options.ghosts : centres.clusters(); }
  index_t dimensions() const { return head.clusters() != 0 ? head.dimensions() : centres.dimensions(); }
  index_t descriptor_size(const shape& s) const {
    index_t size = 0;
    if (!detail::multiply(clusters(), s.c, size))
      raise("vlad: ", clusters(), " clusters of ", s.c, " channels are too many to count");
    return size;
  }
  void (check)() const {
    const vlad_options& o = options;
    if (head.clusters() == 0 && centres.clusters() == 0) raise("vlad: the codebook is empty");
    if (o.ghosts < 0 || (o.ghosts > 0 && o.ghosts >= head.clusters()))
      raise("vlad: ", o.ghosts, " ghosts of a head of ", head.clusters(), " clusters, expected fewer");
    if (o.nearest < 1 || o.nearest > clusters())
      raise("vlad: nearest is ", o.nearest, ", expected 1 to ", clusters(), " (the clusters)");
    if (!(o.beta > 0) || o.beta > kernel::limits<double>::largest)
      raise("vlad: beta is ", o.beta, ", expected a positive number");
    if (!o.residuals && (o.residual_l2 || (head.clusters() == 0 && o.nearest == 1)))
      raise("vlad: residuals is false, expected a head or nearest of at least 2, and no residual_l2");
    if (o.residuals && (clusters() != centres.clusters() || dimensions() != centres.dimensions()))
      raise("vlad: the head is ", clusters(), " x ", dimensions(), ", the codebook ", centres.clusters(), " x ",
            centres.dimensions());
  }
  void (check)(const shape& s) const {
    if (s.c != dimensions())
      raise("vlad: the codebook has centres of ", dimensions(), " components, the activations ", s.c, " channels");
  }

  template <class B, class X, class A>
  void pool(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& out) const {
    static_assert(std::is_same_v<typename B::space, Space>,
                  "cnnpool::vlad: the codebook is in another memory space than the one this backend reads");
    b.for_each_cached_slice(s, x.extents().n, detail::image_bytes(x), [&](const auto& b_, kernel::scratch& own,
                                                                          index_t first, index_t count) {
      const kernel::scratch::frame frame(own);
      const auto images = x.images(first, count);
      const kernel::matrix<A> v = own.make<A>(count, out.cols), masses = own.make<A>(count, clusters());
      aggregate(b_, own, images, v, masses);
      normalise(b_, own, v, masses);
      const kernel::matrix<A> rows = out.row_range(first, count);
      if (options.layout == vlad_layout::cluster_major) b_.transform(own, rows, kernel::read_as_is{}, v);
      else b_.for_each_index(own, count * x.extents().c, detail::dimension_major<A>{v, rows, clusters()});
    });
  }

 private:
  /// v = SUM q (x - c); masses = SUM q, where they are needed later.
  template <class B, class X, class A>
  void aggregate(const B& b, kernel::scratch& s, const X& x, const kernel::matrix<A>& v,
                 const kernel::matrix<A>& masses) const {
    const shape& e = x.extents();
    const index_t n = e.n, positions = e.positions(), kept = clusters(), all = kept + options.ghosts;
    const kernel::scratch::frame frame(s);
    kernel::matrix<A> scales;
    if (options.input_l2 || (options.cosine && options.nearest > 1)) {
      scales = s.make<A>(n, positions);
      b.reduce(s, x, kernel::over_channels{}, detail::euclidean_norm{}, scales);
      b.transform(s, scales, detail::reciprocal{}, scales);
    }
    const kernel::matrix<A> used = options.input_l2 ? scales : kernel::matrix<A>{};
    const kernel::matrix<A> assignments = s.make<A>(n, positions);
    const detail::centre_order<A> order{centres.squared_norms(), options.cosine, options.released_distance ? 1. : 2.};
    const bool hard = head.clusters() == 0 && options.nearest == 1;
    const bool found = hard && !options.cosine && !options.input_l2;
    if (found)
      b.contract(s, x, kernel::over_channels{}, centres.centres(), assignments,
                 kernel::store_nearest{centres.squared_norms(), order.factor});
    const kernel::matrix<A> products = found ? assignments : s.make<A>(n, all * positions);
    if (!found)
      b.contract(s, x, kernel::over_channels{}, head.clusters() != 0 ? head.weights() : centres.centres(), products);
    if (hard) {
      if (!found)
        b.for_each_index(s, n * positions,
                         detail::assign_nearest<A>{products, scales, assignments, kept, order});
      if (options.mass) b.for_each_index(s, n * kept, detail::cluster_masses<A>{assignments, masses});
      kernel::matrix<A> weights;
      if (options.residual_l2) {
        weights = s.make<A>(n, positions);
        const detail::residual_weights<A, X> of_position{x, assignments, used, centres.centres(), weights};
        b.for_each_index(s, n * positions, of_position);
      }
      b.residual_sums(s, x, kernel::matrix<const A>(assignments), kernel::matrix<const A>(used),
                      kernel::matrix<const A>(weights), centres.centres(), v);
      return;
    }
    kernel::matrix<A> q = products;
    if (head.clusters() != 0) {
      b.for_each_index(s, n * positions, detail::assign_softmax<A>{used, q, all, positions, head.biases()});
    } else {
      q = s.make<A>(n, kept * positions);
      b.for_each_index(s, n * positions,
             detail::assign_soft<A>{products, scales, q, kept, positions, options.nearest, options.beta, order});
    }
    q = q.columns(0, kept * positions);
    const auto by_cluster = kernel::as_source<kernel::source_kind::rows>(
        feature_view<A, Space>(q.data, {n, kept, 1, positions}, strides{q.row_stride, positions, 0, 1}));
    const kernel::matrix<A> factors = options.residual_l2 ? s.make<A>(n, kept) : masses;
    b.reduce(s, by_cluster, kernel::over_positions{}, sum{}, masses);
    if (options.residual_l2) {
      b.for_each_index(s, n * q.cols, detail::residual_softness<A, X>{x, used, centres.centres(), q});
      b.reduce(s, by_cluster, kernel::over_positions{}, sum{}, factors);
    }
    if (options.input_l2) b.for_each_index(s, n * q.cols, detail::scale_softness<A>{used, q});
    b.contract(s, x, kernel::over_positions{}, kernel::matrix<const A>(q), v);
    if (options.residuals)
      b.for_each_index(s, n * v.cols, detail::subtract_centres<A>{factors, centres.centres(), v});
  }

  template <class B, class A>
  void normalise(const B& b, kernel::scratch& s, const kernel::matrix<A>& v, const kernel::matrix<A>& masses) const {
    const kernel::scratch::frame frame(s);
    const index_t c = v.cols / clusters();
    const kernel::matrix<A> by_cluster{v.data, v.rows * clusters(), c, c, 1};
    const auto unit = [&](const kernel::matrix<A>& m) {
      detail::unit_rows{}.apply(b, s, kernel::matrix<const A>(m), m);
    };
    const auto root = [&] { b.transform(s, v, detail::signed_power{0.5}, v); };
    if (options.mass) b.transform(s, by_cluster, detail::by_mass{}, by_cluster, kernel::per_row<A>{column(masses)});
    if (options.power && !options.power_after_intra) root();
    if (options.intra) unit(by_cluster);
    if (options.power && options.power_after_intra) root();
    if (options.l2) unit(v);
  }

  template <class A>
  static kernel::matrix<A> column(const kernel::matrix<A>& m) {
    return {m.data, m.rows * m.cols, 1, 1, 1};
  }
};

template <class Space>
vlad_policy<Space> vlad(const basic_codebook<Space>& centres, const vlad_options& options = {}) {
  return {centres, options, {}};
}
/// NetVLAD's pooling layer: softmax assignment, input and intra normalisation, L2.
template <class Space>
vlad_policy<Space> netvlad(const basic_codebook<Space>& centres, const basic_netvlad_head<Space>& head,
                           const vlad_options& options = {.input_l2 = true, .intra = true}) {
  return {centres, options, head};
}

/// SuperVLAD: unit input, softmax over the head's clusters without biases, sums without residuals; the head's last
/// `ghosts` clusters are dropped. weights: (K + ghosts) x d.
template <class Space>
vlad_policy<Space> supervlad(const basic_netvlad_head<Space>& head, index_t ghosts) {
  return {{}, {.input_l2 = true, .intra = true, .residuals = false, .ghosts = ghosts}, head};
}
/// AnyLoc: hard assignment of unit tokens by cosine to a vocabulary that was fitted to unit tokens (fit/unit_rows.hpp).
template <class Space>
vlad_policy<Space> anyloc(const basic_codebook<Space>& centres) {
  return {centres, {.cosine = true, .input_l2 = true, .intra = true}, {}};
}

}  // namespace cnnpool
